"""What a shell may offer for an argument or an option, from the names kept on disk."""

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final, Literal

import click

from sentinel.settings import load_settings

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from sentinel.terminal.names import Names

# A shell asks in this variable what completes a command line.
COMPLETE: Final = "_SENTINEL_COMPLETE"
Complete = Callable[[click.Context, click.Parameter, str], "list[CompletionItem]"]


def complete_profile(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """Offer the profiles of the catalogue that are not denied."""
    names = _names(ctx)
    known = names["profiles"] if names else {}
    offered = {name: each for name, each in known.items() if each["access"] != "denied"}
    return list(_items(((name, each["description"] or each["access"]) for name, each in offered.items()), incomplete))


def complete_kept(noun: Literal["request", "event", "session", "group"]) -> Complete:
    """Offer what is kept of a kind: open ids, or groups."""

    def offer(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> "list[CompletionItem]":
        names = _names(ctx)
        return list(_items(iter(names[noun].items() if names else ()), incomplete))

    return offer


def complete_file(_ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """Leave it to the shell, which offers files."""
    from click.shell_completion import CompletionItem  # noqa: PLC0415 - only a shell's question needs it

    return [CompletionItem(incomplete, type="file")]


def _names(ctx: click.Context) -> "Names | None":
    from sentinel.terminal.names import kept_names  # noqa: PLC0415 - it imports this module's importers

    flags = {name: ctx.params.get(name) for name in ("remote_server", "aws_profile", "region", "signing_service")}
    return kept_names(load_settings(flags, os.environ))


def _items(offered: Iterator[tuple[str, str]], incomplete: str) -> "Iterator[CompletionItem]":
    from click.shell_completion import CompletionItem  # noqa: PLC0415 - as above

    for name, words in offered:
        if name.startswith(incomplete):
            yield CompletionItem(name, help=words)
