"""`--help`: what is particular to a command comes first, what is the same for all comes last."""

from collections.abc import Iterator

import click
import pytest

from sentinel.cli import COMMANDS, cli, run_command_line
from sentinel.terminal.help import ConnectionOption


def _commands(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if not isinstance(command, click.Group):
        yield path, command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert found is not None
        yield from _commands(found, (*path, name))


CONNECTED = [
    path
    for path, command in _commands(cli, ())
    if any(isinstance(parameter, ConnectionOption) for parameter in command.params)
]


@pytest.mark.parametrize("path", CONNECTED, ids=" ".join)
def test_the_connection_options_are_a_group_of_their_own_at_the_end(
    path: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command_line([*path, "--help"]) == 0
    own, _, connection = capsys.readouterr().out.partition("\nConnection:\n")
    assert "--remote-server" not in own
    for name in ("--remote-server", "--aws-profile", "--signing-service"):
        assert f"  {name} " in connection
    # The region of `console` is the console's; the one to sign for is a setting.
    assert "  --region " in (own if path == ("console",) else connection)
    assert "\n  --json" not in connection


def test_every_command_that_calls_the_service_is_among_them() -> None:
    assert {path[0] for path in CONNECTED} >= COMMANDS.keys() - {"policy", "local", "cache", "setup"}


@pytest.mark.parametrize(
    ("words", "meant"), [(["exce"], "exec"), (["request", "lst"], "list"), (["break-glas"], "break-glass")]
)
def test_a_misspelled_command_is_answered_with_the_one_that_is_near(
    words: list[str], meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command_line(words) == 2
    assert f"'{meant}'" in capsys.readouterr().err
