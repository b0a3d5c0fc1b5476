import os
import sys
from typing import Final

import click

from sentinel.commands._cache import cached_vend
from sentinel.credentials.child_environment import EnvironmentChange
from sentinel.credentials.shell_environment import Surroundings, change_back, change_for_shell, own_region
from sentinel.credentials.variables import INSIDE_EXEC
from sentinel.errors import UsageError
from sentinel.settings import Settings
from sentinel.terminal.help import Command
from sentinel.terminal.names import region_of_profile
from sentinel.terminal.options import optional_profile_argument, vend_options
from sentinel.terminal.output import note
from sentinel.terminal.picker import pick_profile
from sentinel.terminal.shells import FORMATS, SHELLS, default_format, write_change
from sentinel.terminal.times import relative
from sentinel.terminal.uses import remember_use
from shared.clock import utc_now

_EPILOG: Final = """\b
Examples:
  eval "$(sentinel env dev)"                                 sh, bash, zsh
  sentinel env dev --format fish | source
  sentinel env dev --format powershell | Out-String | Invoke-Expression
  for /f "delims=" %i in ('sentinel env dev --format cmd') do @%i
  docker run --env-file <(sentinel env dev --format docker) …
  eval "$(sentinel env --unset)"
"""


@click.command("env", cls=Command, epilog=_EPILOG)
@vend_options
@click.option("--format", "form", type=click.Choice(FORMATS), help="Default: posix; in a Windows console powershell.")
@click.option("--unset", is_flag=True, help="Print what removes the credentials, and brings your AWS_PROFILE back.")
@click.option("--force", is_flag=True, help="Print the secrets even to a terminal.")
@optional_profile_argument
def env(settings: Settings, profile: str | None, form: str | None, *, unset: bool, force: bool) -> None:
    """Print credentials of PROFILE as variables, for a shell, a container or a file.

    They are keys and do not refresh: they end with their session. Where a program can take them from a command or an
    endpoint, `sentinel exec` and `sentinel configure` serve it longer.
    """
    chosen = form or default_format(os.environ, os.name)
    if unset:
        _unset(profile, chosen)
        return
    if inside := os.environ.get(INSIDE_EXEC):
        raise UsageError(f"this is already a session of the profile {inside}", "leave it first: sessions do not nest")
    if sys.stdout.isatty():
        if not force:
            named = profile or "PROFILE"
            raise UsageError(
                "these are secrets, and stdout is a terminal",
                f'use eval "$(sentinel env {named})", or --force to see them',
            )
        note("these are secrets: they stay in the terminal's history of what it showed")
    click.echo(_change(settings, profile or pick_profile(settings), chosen))


def _change(settings: Settings, profile: str, form: str) -> str:
    server, base = settings.server(), settings.base()
    signing_region = None if server.region or settings.uses_tokens else base.region_of(server)
    vended = cached_vend(settings, profile)
    region = None if own_region(os.environ) else region_of_profile(settings, profile)
    around = Surroundings(region, base.profile_config().name, signing_region)
    change = change_for_shell(profile, vended, around, os.environ)
    remember_use(settings, profile)
    written = write_change(form, change.put, change.removed)
    note(f"credentials of {profile}, which end {relative(vended.expires_at, utc_now())}")
    return written


def _unset(profile: str | None, form: str) -> None:
    if profile is not None:
        raise click.UsageError("--unset takes no PROFILE: it removes what `sentinel env` set")
    if form not in SHELLS:
        raise click.UsageError(f"{form} cannot remove a variable: {', '.join(SHELLS)} can")
    change: EnvironmentChange = change_back(os.environ)
    if not change.removed:
        note("nothing here is from `sentinel env`")
        return
    click.echo(write_change(form, change.put, change.removed))
