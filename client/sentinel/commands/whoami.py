import click

from sentinel.api.client import open_api
from sentinel.api.responses import Caller
from sentinel.settings import Settings
from sentinel.terminal.options import connection_options, json_option, run
from sentinel.terminal.output import accepted, print_json


@click.command
@connection_options
@json_option
def whoami(settings: Settings, *, as_json: bool) -> None:
    """Show who Sentinel takes you for: the `user` of its policies, and the AWS identity behind it."""
    caller = run(_ask(settings))
    if as_json:
        print_json(caller.model_dump())
        return
    for name, value in caller.model_dump(exclude_none=True).items():
        if value:
            click.echo(f"{name.replace('_', ' '):<13} {value}")


async def _ask(settings: Settings) -> Caller:
    async with open_api(settings) as api:
        return accepted(await api.whoami())
