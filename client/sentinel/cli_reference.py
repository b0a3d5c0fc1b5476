"""The page `docs/cli.md`, made from the commands' own help. `python -m sentinel.cli_reference` prints it."""

from collections.abc import Iterator
from importlib.util import find_spec

import click

from sentinel.cli import COMMANDS, cli

_HEAD = """\
# The `sentinel` command

This page is generated: `python -m sentinel.cli_reference > docs/cli.md`. What it is for: [client.md](client.md).
"""


def render() -> str:
    """Write the whole page, the same on every machine: fixed width, commands in their own order."""
    return "\n".join([_HEAD, *(_section(context) for context in _contexts())])


def _contexts() -> Iterator[click.Context]:
    top = _context(cli, "sentinel", None)
    yield top
    for name, (module, _, _) in COMMANDS.items():
        if find_spec(module) and (command := cli.get_command(top, name)):
            yield from _with_subcommands(_context(command, name, top))


def _with_subcommands(context: click.Context) -> Iterator[click.Context]:
    yield context
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            if command := context.command.get_command(context, name):
                yield from _with_subcommands(_context(command, name, context))


def _context(command: click.Command, name: str, parent: click.Context | None) -> click.Context:
    settings = {**command.context_settings, "terminal_width": 100, "max_content_width": 100}
    return click.Context(command, parent=parent, info_name=name, **settings)


def _section(context: click.Context) -> str:
    return f"## {context.command_path}\n\n```text\n{context.get_help().rstrip()}\n```\n"


if __name__ == "__main__":
    click.echo(render(), nl=False)
