from collections.abc import Sequence
from typing import Final

import click

from sentinel.api.client import open_api
from sentinel.api.responses import ProfileAccess
from sentinel.settings import Settings
from sentinel.terminal.lists import all_of
from sentinel.terminal.options import connection_options, json_option, run
from sentinel.terminal.output import accepted, note, print_json

_STYLES: Final = {"allowed": "green", "approval": "yellow", "denied": "red"}


@click.command
@connection_options
@json_option
def profiles(settings: Settings, *, as_json: bool) -> None:
    """List the profiles of the catalogue, and which of them you may have: allowed, by approval, or denied."""
    known = run(_ask(settings))
    if as_json:
        print_json({"profiles": [profile.model_dump() for profile in known]})
    elif known:
        _print_table(known)
    else:
        note("the catalogue shows you no profiles")


async def _ask(settings: Settings) -> Sequence[ProfileAccess]:
    async with open_api(settings) as api:
        return all_of(accepted(await api.profiles()))


def _print_table(known: Sequence[ProfileAccess]) -> None:
    # Only a table for people needs rich.
    from rich.console import Console  # noqa: PLC0415 - see above
    from rich.table import Table  # noqa: PLC0415 - see above
    from rich.text import Text  # noqa: PLC0415 - see above

    table = Table("profile", "access", "account", "region", "description", "why", box=None, pad_edge=False)
    for profile in known:
        access = Text(profile.access, _STYLES[profile.access])
        facts = (profile.account, profile.region, profile.description, profile.reason)
        # Text, not str: a description must not be read as markup.
        table.add_row(Text(profile.name), access, *(Text(fact or "") for fact in facts))
    Console().print(table)
