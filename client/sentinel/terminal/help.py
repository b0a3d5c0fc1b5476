"""Commands and groups whose `--help` shows their own options first, and those of the connection last."""

from collections.abc import Iterator
from typing import Any

import click

from sentinel.terminal.output import HELP_OPTIONS


class ConnectionOption(click.Option):
    """An option that says how the service is reached: the same for every command."""


class Command(click.Command):
    """A command whose connection options are a group of their own in `--help`."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        options = [each for each in self.get_params(ctx) if isinstance(each, click.Option)]
        own = [each for each in options if not isinstance(each, ConnectionOption)]
        connection = [each for each in options if each not in own]
        for title, those in (("Options", own), ("Connection", connection)):
            if records := list(_records(ctx, those)):
                with formatter.section(title):
                    formatter.write_dl(records)


class Group(click.Group):
    """A noun: its commands are what can be done with it."""

    command_class = Command

    def __init__(self, *args: Any, **attributes: Any) -> None:
        super().__init__(*args, **{"context_settings": HELP_OPTIONS, **attributes})


def _records(ctx: click.Context, options: list[click.Option]) -> Iterator[tuple[str, str]]:
    for option in options:
        if record := option.get_help_record(ctx):
            yield record
