from typing import Final

import click

from sentinel.credentials.disk_cache import open_cache
from sentinel.terminal.help import Command, Group
from sentinel.terminal.names import forget_names
from sentinel.terminal.options import json_option, optional_profile_name
from sentinel.terminal.output import note, print_json
from sentinel.terminal.tables import print_table, wide_option
from sentinel.terminal.times import relative
from shared.clock import utc_now

_HEAD: Final = ("profile", "session", "ends", "checked", "server")
_EPILOG: Final = """\b
Examples:
  sentinel cache clear dev
  sentinel cache clear
"""


@click.group(cls=Group)
def cache() -> None:
    """Show or empty the credentials kept on this machine."""


@cache.command("list", cls=Command)
@wide_option
@json_option
def list_(*, as_json: bool) -> None:
    """List the cached credentials that are still valid, without their secrets."""
    now, kept = utc_now(), open_cache().all()
    if as_json:
        print_json({"cached": [each.as_report() for each in kept]})
    elif kept:
        rows = (
            (
                each.profile,
                each.credentials.session_id or "",
                relative(each.credentials.expires_at, now),
                relative(each.checked_at, now),
                each.server,
            )
            for each in kept
        )
        print_table(_HEAD, rows)
    else:
        note("nothing is cached")


@cache.command(epilog=_EPILOG)
@json_option
@click.argument("profile", required=False, callback=optional_profile_name)
def clear(profile: str | None, *, as_json: bool) -> None:
    """Remove the cached credentials of PROFILE, or all, and the names kept for completion.

    The sessions stay valid until they end: `sentinel session revoke` ends them at AWS.
    """
    removed = open_cache().clear(profile)
    if profile is None:
        forget_names()
    if as_json:
        print_json({"removed": removed})
    else:
        note(f"removed {removed} cached credential{'' if removed == 1 else 's'}")
