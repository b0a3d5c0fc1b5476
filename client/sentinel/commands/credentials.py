import sys
from typing import Final

import click

from sentinel.commands._cache import cached_vend, vend
from sentinel.errors import UsageError
from sentinel.settings import Settings
from sentinel.terminal.help import Command
from sentinel.terminal.options import json_option, profile_argument, vend_options
from sentinel.terminal.output import print_json

_EPILOG: Final = """\b
In ~/.aws/config (`sentinel configure` writes it for you):
  [profile dev]
  credential_process = sentinel credentials dev
"""


@click.command(cls=Command, epilog=_EPILOG)
@vend_options
@click.option("--no-cache", is_flag=True, help="Ask the service even if cached credentials are still valid.")
@click.option("--force", is_flag=True, help="Print the secrets even to a terminal.")
@json_option
@profile_argument
def credentials(settings: Settings, profile: str, *, no_cache: bool, force: bool, as_json: bool) -> None:
    """Print credentials of PROFILE as AWS tools read them from a `credential_process`.

    They are kept in ~/.cache/sentinel, readable by you alone, because AWS tools start this program for each of their
    commands. With under 15 minutes left a new session is requested; if that is refused because a grant is used up, the
    kept one serves to its end. A session that is revoked leaves the cache within a minute.
    """
    del as_json  # the answer is JSON in any case; errors follow the flag
    if sys.stdout.isatty() and not force:
        raise UsageError(
            "these are secrets, and stdout is a terminal",
            f"use `sentinel exec {profile} -- COMMAND`, or --force to see them",
        )
    vended = vend(settings, profile) if no_cache else cached_vend(settings, profile)
    print_json(vended.as_process_answer())
