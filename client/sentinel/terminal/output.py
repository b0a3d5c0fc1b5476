"""What commands print: answers on stdout, everything else on stderr."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, Protocol, TypeVar

import click
import orjson

from sentinel.errors import ClientError, Refusal, RefusedError

Answer = TypeVar("Answer")
# For each group of commands: click keeps the help option it first made for a command.
HELP_OPTIONS: Final = {"help_option_names": ["-h", "--help"]}


def print_json(value: Any) -> None:
    """One line of JSON, flushed: a script may be reading while we keep running."""
    click.echo(orjson.dumps(value).decode())


def note(text: str) -> None:
    click.echo(f"sentinel: {text}", err=True)


def is_terminal() -> bool:
    """Whether there is a person to ask, and to show something that moves."""
    return sys.stdin.isatty() and sys.stderr.isatty()


class Progress(Protocol):
    """Shows the progress of a long wait."""

    def say(self, words: str) -> None: ...


class _Lines:
    """Progress for logs: a line when something changes, times aside."""

    def __init__(self) -> None:
        self._said = ""

    def say(self, words: str) -> None:
        news = words.partition(", ")[0]
        if news != self._said:
            self._said = news
            note(words)


class _Spinner:
    """Progress for people: one line that is rewritten."""

    def __init__(self, status: Any) -> None:
        self._status = status

    def say(self, words: str) -> None:
        from rich.text import Text  # noqa: PLC0415 - only a wait on a terminal needs rich

        self._status.update(Text(words))


@contextmanager
def progress() -> Iterator[Progress]:
    """Show progress on stderr for as long as the block runs."""
    if not is_terminal():
        yield _Lines()
        return
    from rich.console import Console  # noqa: PLC0415 - only a wait on a terminal needs rich

    with Console(stderr=True).status("") as status:
        yield _Spinner(status)


def show_error(error: ClientError, *, as_json: bool) -> None:
    """Say what failed and what to do next; as JSON where the command was asked for JSON."""
    if as_json:
        report = error.as_refusal().as_report()
        click.echo(orjson.dumps({"error": report}).decode(), err=True)
        return
    note(error.message)
    if error.hint:
        click.echo(f"  {error.hint}", err=True)
    if isinstance(error, RefusedError) and error.refusal.request_id:
        click.echo(f"  request {error.refusal.request_id}", err=True)


def accepted(outcome: Answer | Refusal) -> Answer:
    """Return the answer, for a command that needs one.

    Raises:
        RefusedError: the outcome is a refusal.

    """
    if isinstance(outcome, Refusal):
        raise RefusedError(outcome)
    return outcome
