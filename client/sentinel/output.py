"""What commands print: answers on stdout, everything else on stderr."""

from typing import Any, TypeVar

import click
import orjson

from sentinel.errors import ClientError, RefusedError
from sentinel.refusal import Refusal

Answer = TypeVar("Answer")


def print_json(value: Any) -> None:
    """One line of JSON, flushed: a script may be reading while we keep running."""
    click.echo(orjson.dumps(value).decode())


def note(text: str) -> None:
    click.echo(f"sentinel: {text}", err=True)


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
    """Insist on the answer, for a command that cannot go on without one.

    Raises:
        RefusedError: the outcome is a refusal.

    """
    if isinstance(outcome, Refusal):
        raise RefusedError(outcome)
    return outcome
