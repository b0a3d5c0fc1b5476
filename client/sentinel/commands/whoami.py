import click

from sentinel.commands._calls import call_api
from sentinel.settings import Settings
from sentinel.terminal.help import Command
from sentinel.terminal.options import connection_options, json_option
from sentinel.terminal.output import print_json


@click.command(cls=Command)
@connection_options
@json_option
def whoami(settings: Settings, *, as_json: bool) -> None:
    """Show as whom Sentinel identifies you: the `user` of its policies, and the AWS identity behind it."""
    caller = call_api(settings, lambda api: api.whoami())
    if as_json:
        print_json(caller.model_dump())
        return
    for name, value in caller.model_dump(exclude_none=True).items():
        if value:
            click.echo(f"{name.replace('_', ' '):<13} {value}")
