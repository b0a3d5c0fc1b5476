import asyncio
from typing import Final

import click

from sentinel.api.transport import open_transport
from sentinel.aws_console.page import serving as serving_once
from sentinel.settings import Settings
from sentinel.system.browser import open_browser
from sentinel.system.signals import STOPPING, handling
from sentinel.terminal.help import Command
from sentinel.terminal.options import connection_options, run
from sentinel.terminal.output import note
from sentinel.ui.server import serving
from sentinel.ui.sign_in import signing_in

_EPILOG: Final = """\b
Examples:
  sentinel ui
  sentinel ui --print --port 9912      for a remote shell: ssh -L 9912:127.0.0.1:9912
"""


@click.command(cls=Command, epilog=_EPILOG)
@connection_options
@click.option("--port", type=click.IntRange(1024, 65535), help="Listen on this port, not on any free one.")
@click.option("--print", "printed", is_flag=True, help="Print the page's address, with its token, and open no browser.")
def ui(settings: Settings, port: int | None, *, printed: bool) -> None:
    """Open the console in a browser until Ctrl-C: approvals, sessions, requests, break-glass.

    It listens on loopback only and makes every call with your own identity: nothing new is exposed in AWS.
    """
    run(_ui(settings, port or 0, printed=printed))


async def _ui(settings: Settings, port: int, *, printed: bool) -> None:
    stopped = asyncio.Event()
    async with (
        open_transport(settings) as transport,
        serving(transport, signing_in(settings, transport), port) as console,
    ):
        with handling(dict.fromkeys(STOPPING, lambda _: stopped.set())):
            if printed:
                click.echo(console.url.get_secret_value())
                note("anyone on this machine with this address acts as you until Ctrl-C")
                await stopped.wait()
                return
            # A browser's arguments are shown to every user of the machine: they hold a page that redirects once.
            async with serving_once(console.url) as page:
                open_browser(page.url)
                note(f"the console is open at {console.origin} until Ctrl-C; `sentinel ui --print` for another browser")
                await stopped.wait()
