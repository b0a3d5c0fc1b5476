"""Completion on the command line: the script each shell loads, and the answers it asks for.

click writes the scripts and finds what is being completed. An answer is made of what is kept on disk, and any failure
is an empty one: the prompt shows no error.
"""

import os
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, suppress
from typing import Final

import click
from click.shell_completion import BashComplete, FishComplete, PowerShellComplete, ShellComplete, ZshComplete

from sentinel.settings import Settings
from sentinel.terminal.completing import COMPLETE
from sentinel.terminal.help import Command
from sentinel.terminal.names import REFRESH, kept_names, renew_names
from sentinel.terminal.options import connection_options

_SCRIPTS: Final[Mapping[str, type[ShellComplete]]] = {
    "bash": BashComplete,
    "zsh": ZshComplete,
    "fish": FishComplete,
    "powershell": PowerShellComplete,
}
# Where each script starts us; what a shell itself reports of that (a command that is gone) is left out of the prompt.
_QUIET: Final = {
    "bash": ("_complete $1)", "_complete $1 2>/dev/null)"),
    "zsh": ("_complete sentinel)", "_complete sentinel 2>/dev/null)"),
    "fish": (" sentinel);", " sentinel 2>/dev/null);"),
}
_EPILOG: Final = """\b
Once, in the file your shell reads at its start:
  bash, ~/.bashrc:        eval "$(sentinel completion bash)"
  zsh, ~/.zshrc:          eval "$(sentinel completion zsh)"     after compinit
  fish, config.fish:      sentinel completion fish | source
  PowerShell, $PROFILE:   sentinel completion powershell | Out-String | Invoke-Expression
"""


@click.command(cls=Command, epilog=_EPILOG)
@connection_options
@click.argument("shell", type=click.Choice((*_SCRIPTS, REFRESH)), metavar=f"[{'|'.join(_SCRIPTS)}]")
def completion(settings: Settings, shell: str) -> None:
    """Print the script by which a shell completes commands, profiles and open ids."""
    if shell == REFRESH:
        settings.base().stop_asking()
        renew_names(settings)
        return
    cli = click.get_current_context().find_root().command
    source = _SCRIPTS[shell](cli, {}, "sentinel", COMPLETE).source()
    click.echo(source.replace(*_QUIET.get(shell, ("", ""))))
    if settings.remote_server is not None:
        kept_names(settings)  # the first key stroke finds them


def answer_shell(cli: click.Command) -> None:
    """Answer a shell's question in `_SENTINEL_COMPLETE` and exit with 0. A failure prints nothing."""
    with (
        suppress(Exception, SystemExit),
        open(os.devnull, "w", encoding="utf-8") as nowhere,  # noqa: PTH123 - no file of ours
        redirect_stderr(nowhere),
    ):
        cli.main([], prog_name="sentinel", standalone_mode=False)
    sys.exit(0)
