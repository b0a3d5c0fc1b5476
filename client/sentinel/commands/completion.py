"""Completion on the command line: the script each shell loads, and the answers it asks for.

click writes the scripts and finds what is being completed. An answer is made of what is kept on disk, and any failure
is an empty one: the prompt shows no error.
"""

import os
import sys
from contextlib import suppress
from typing import Final, TextIO

import click
from click.shell_completion import get_completion_class

from sentinel.errors import ClientError, UsageError
from sentinel.settings import Settings
from sentinel.terminal.completing import COMPLETE
from sentinel.terminal.help import Command
from sentinel.terminal.names import REFRESH, kept_names, renew_names
from sentinel.terminal.options import connection_options

_SHELLS: Final = ("bash", "zsh", "fish", "powershell")
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
@click.argument("shell", type=click.Choice((*_SHELLS, REFRESH)), metavar=f"[{'|'.join(_SHELLS)}]")
def completion(settings: Settings, shell: str) -> None:
    """Print the script by which a shell completes commands, profiles and open ids."""
    if shell == REFRESH:
        settings.base().stop_asking()
        renew_names(settings)
        return
    kind = get_completion_class(shell)
    if kind is None:
        raise UsageError(f"this version of click writes no completion for {shell}", "upgrade click to 8.5 or later")
    cli = click.get_current_context().find_root().command

    click.echo(kind(cli, {}, "sentinel", COMPLETE).source().replace(*_QUIET.get(shell, ("", ""))))
    if settings.remote_server is not None:
        kept_names(settings)  # the first key stroke finds them


def answer_shell(cli: click.Command) -> None:
    """Answer a shell's question in `_SENTINEL_COMPLETE` and exit with 0. A failure prints nothing."""
    with suppress(Exception), _Silence():
        cli.main([], prog_name="sentinel", standalone_mode=False)
    sys.exit(0)


class _Silence:
    """Leaves out what the block writes to stderr, and its exit code."""

    def __enter__(self) -> None:
        self._shown: TextIO = sys.stderr
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 - closed below

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        sys.stderr.close()
        sys.stderr = self._shown
        return kind is not None and issubclass(kind, (SystemExit, ClientError))
