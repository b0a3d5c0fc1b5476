import os
import sys
from typing import Final

import click

from sentinel.aws import BaseCredentials
from sentinel.cache import CredentialCache, cache_key
from sentinel.clock import utc_now
from sentinel.credentials import VendedCredentials
from sentinel.errors import UsageError
from sentinel.options import json_option, profile_argument, run, vend_options
from sentinel.output import accepted, print_json
from sentinel.settings import Settings, xdg_directory

_EPILOG: Final = """\b
In ~/.aws/config (`sentinel configure` writes it for you):
  [profile dev]
  credential_process = sentinel credentials dev
"""


@click.command(epilog=_EPILOG)
@vend_options
@click.option("--no-cache", is_flag=True, help="Ask the service even if credentials of an earlier call still serve.")
@click.option("--force", is_flag=True, help="Print the secrets even to a terminal.")
@json_option
@profile_argument
def credentials(settings: Settings, profile: str, *, no_cache: bool, force: bool, as_json: bool) -> None:
    """Print credentials of PROFILE as AWS tools read them from a `credential_process`.

    They are kept in ~/.cache/sentinel, readable by you alone, until 15 minutes remain: AWS tools start this program
    for every command of theirs, and ask anew under 15 minutes.
    """
    del as_json  # the answer is JSON in any case; errors follow the flag
    if sys.stdout.isatty() and not force:
        raise UsageError(
            "these are secrets, and stdout is a terminal",
            f"use `sentinel exec {profile} -- COMMAND`, or --force to see them",
        )
    server = settings.server()
    base = BaseCredentials(settings.aws_profile, settings.region)
    if no_cache:
        print_json(_vend(settings, profile).as_process_answer())
        return
    cache = CredentialCache(xdg_directory(os.environ, "XDG_CACHE_HOME", ".cache") / "credentials", utc_now)
    key = cache_key(server.base, profile, settings.duration, base.access_key_id())
    print_json(cache.get(key, lambda: _vend(settings, profile)).as_process_answer())


def _vend(settings: Settings, profile: str) -> VendedCredentials:
    # A cached answer needs no HTTP client, and importing one is half of a start.
    from sentinel.api import open_api  # noqa: PLC0415 - see above

    async def ask() -> VendedCredentials:
        async with open_api(settings) as api:
            return accepted(await api.vend(profile, settings.duration))

    return run(ask())
