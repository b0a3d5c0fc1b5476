import os
from collections.abc import Mapping, Sequence
from typing import Final

import click

from sentinel.commands._approval import Approval, wait_options, with_approval
from sentinel.credentials.variables import INSIDE_EXEC
from sentinel.errors import UsageError
from sentinel.settings import Settings
from sentinel.system.child import run_child
from sentinel.terminal.completing import complete_file
from sentinel.terminal.help import Command
from sentinel.terminal.options import optional_profile_argument, run, vend_options
from sentinel.terminal.output import is_terminal
from sentinel.terminal.own_shell import own_shell
from sentinel.terminal.picker import pick_profile
from sentinel.terminal.uses import remember_use

_EPILOG: Final = """\b
Examples:
  sentinel exec dev -- aws sts get-caller-identity
  sentinel exec --duration 30m staging -- terraform plan
  sentinel exec dev
  sentinel exec --wait --reason "fix the invoices" prod -- ./fix.sh
"""


@click.command(
    "exec",
    cls=Command,
    epilog=_EPILOG,
    context_settings={"allow_interspersed_args": False, "ignore_unknown_options": False},
)
@vend_options
@wait_options
@optional_profile_argument
@click.argument("command", nargs=-1, type=click.UNPROCESSED, metavar="[-- COMMAND...]", shell_complete=complete_file)
def exec_(settings: Settings, profile: str | None, command: tuple[str, ...], ask: Approval | None) -> int:
    """Run COMMAND with credentials of PROFILE; without one, on a terminal, your shell.

    Without PROFILE you choose one: those you use most come first.

    The command gets a credential endpoint on loopback that refreshes by itself, and no other AWS credentials.
    Signals and the exit code pass through; 127 means there is no such command. If Sentinel refuses, nothing runs.

    With --wait an approval is requested where the profile needs one, and COMMAND starts the moment it is given.
    Ctrl-C ends the wait and offers to withdraw the request.
    """
    words = command[1:] if command[:1] == ("--",) else command
    if profile is not None and not words and (command or not is_terminal()):
        raise click.UsageError("no command given; write: sentinel exec PROFILE -- COMMAND")
    if inside := os.environ.get(INSIDE_EXEC):
        raise UsageError(
            f"this is already a session of the profile {inside}",
            "leave it first, or use another shell: sessions do not nest",
        )
    chosen = profile or pick_profile(settings)
    if words:
        return run(_exec(settings, chosen, words, {}, ask))
    with own_shell(chosen, os.environ, os.name) as shell:
        return run(_exec(settings, chosen, shell.words, shell.put, ask))


async def _exec(
    settings: Settings, profile: str, command: Sequence[str], put: Mapping[str, str], ask: Approval | None
) -> int:
    return await with_approval(settings, profile, ask, lambda: _run(settings, profile, command, put))


async def _run(settings: Settings, profile: str, command: Sequence[str], put: Mapping[str, str]) -> int:
    # A shell's completion imports this module for each key stroke.
    from sentinel.commands._vending import vending  # noqa: PLC0415 - see above

    async with vending(profile, settings) as session:
        remember_use(settings, profile)
        settings.base().stop_asking()  # the terminal is the command's now
        return await run_child(command, session.change.applied_to(os.environ) | dict(put))
