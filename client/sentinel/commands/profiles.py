from typing import Final

import click

from sentinel.commands._calls import call_api
from sentinel.settings import Settings
from sentinel.terminal.help import Command
from sentinel.terminal.lists import all_of
from sentinel.terminal.options import connection_options, json_option
from sentinel.terminal.output import note, print_json
from sentinel.terminal.tables import print_table, wide_option

_HEAD: Final = ("profile", "access", "account", "region", "description", "why")
_STYLES: Final = {"allowed": "green", "approval": "yellow", "denied": "red"}


@click.command(cls=Command)
@connection_options
@wide_option
@json_option
def profiles(settings: Settings, *, as_json: bool) -> None:
    """List the profiles of the catalogue, and which of them you may have: allowed, by approval, or denied."""
    known = all_of(call_api(settings, lambda api: api.profiles()))
    if as_json:
        print_json({"profiles": [profile.model_dump() for profile in known]})
    elif known:
        rows = ((each.name, each.access, each.account, each.region, each.description, each.reason) for each in known)
        print_table(_HEAD, ([cell or "" for cell in row] for row in rows), _STYLES)
    else:
        note("the catalogue shows you no profiles")
