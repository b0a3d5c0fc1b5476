import os
from collections.abc import Sequence
from typing import Final

import click

from sentinel.child import run_child
from sentinel.errors import UsageError
from sentinel.loopback import INSIDE_EXEC
from sentinel.options import profile_argument, run, vend_options
from sentinel.settings import Settings
from sentinel.vending import vending

_EPILOG: Final = """\b
Examples:
  sentinel exec dev -- aws sts get-caller-identity
  sentinel exec --duration 30m staging -- terraform plan
  sentinel exec dev -- bash
"""


@click.command(
    "exec",
    epilog=_EPILOG,
    context_settings={"allow_interspersed_args": False, "ignore_unknown_options": False},
)
@vend_options
@profile_argument
@click.argument("command", nargs=-1, type=click.UNPROCESSED, metavar="-- COMMAND...")
def exec_(settings: Settings, profile: str, command: tuple[str, ...]) -> int:
    """Run COMMAND with credentials of PROFILE.

    The command gets a credential endpoint on loopback that refreshes by itself, and no other AWS credentials.
    Signals and the exit code pass through; 127 means there is no such command. If Sentinel refuses, nothing runs.
    """
    words = command[1:] if command[:1] == ("--",) else command
    if not words:
        raise click.UsageError("no command given; write: sentinel exec PROFILE -- COMMAND")
    if inside := os.environ.get(INSIDE_EXEC):
        raise UsageError(
            f"this is already a session of the profile {inside}",
            "leave it first, or use another shell: sessions do not nest",
        )
    return run(_exec(settings, profile, words))


async def _exec(settings: Settings, profile: str, command: Sequence[str]) -> int:
    async with vending(profile, settings) as session:
        return await run_child(command, session.change.applied_to(os.environ))
