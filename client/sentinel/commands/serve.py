import asyncio
import os
from typing import Final

import click

from sentinel.commands._vending import Vending, vending
from sentinel.settings import Settings
from sentinel.system.signals import STOPPING, handling
from sentinel.terminal.help import Command
from sentinel.terminal.options import json_option, optional_profile_argument, run, vend_options
from sentinel.terminal.output import note, print_json
from sentinel.terminal.picker import pick_profile
from sentinel.terminal.shells import SHELLS, default_format, write_change

_EPILOG: Final = """\b
Examples:
  sentinel serve dev                  then paste the lines into another shell
  sentinel serve --port 9911 --json dev
"""


@click.command(cls=Command, epilog=_EPILOG)
@vend_options
@click.option("--port", type=click.IntRange(1024, 65535), help="Listen on this port, not on any free one.")
@click.option("--format", "form", type=click.Choice(SHELLS), help="Default: posix; in a Windows console powershell.")
@json_option
@optional_profile_argument
def serve(settings: Settings, profile: str | None, port: int | None, form: str | None, *, as_json: bool) -> None:
    """Serve PROFILE's credentials on loopback until Ctrl-C, and print what points a shell or an IDE at them.

    Anyone with the printed token can use the endpoint for as long as this runs. It is new at each start.
    """
    run(
        _serve(
            settings,
            profile or pick_profile(settings),
            port or 0,
            form or default_format(os.environ, os.name),
            as_json=as_json,
        )
    )


async def _serve(settings: Settings, profile: str, port: int, form: str, *, as_json: bool) -> None:
    stopped = asyncio.Event()
    async with vending(profile, settings, port) as session:
        with handling(dict.fromkeys(STOPPING, lambda _: stopped.set())):
            _announce(session, profile, form, as_json=as_json)
            await stopped.wait()


def _announce(session: Vending, profile: str, form: str, *, as_json: bool) -> None:
    if as_json:
        change = session.change
        report = {"uri": session.endpoint.uri, "token": session.endpoint.token, "profile": profile}
        print_json(report | {"environment": dict(change.put), "unset": change.removed})
        return
    click.echo(write_change(form, session.change.put, session.change.removed))
    note(f"serving {profile} at {session.endpoint.uri} until Ctrl-C")
