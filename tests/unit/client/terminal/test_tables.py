"""Tables at every width: what is copied is whole."""

from collections.abc import Callable

import click
import pytest

from sentinel.terminal.tables import print_table, wide_option

HEAD = ("id", "status", "user", "profile", "for", "why")
ID = "0123456789abcdef"
USER = "federated/alice.with.a.long.name@engineering.example"
PROFILE = "payments-production-eu-central-1-administrator"
WHY = "the nightly invoices are wrong since the release of 1.4 and customers call; see INC-7 for the list of them"
ROW = (ID, "pending", USER, PROFILE, "1h from 2026-11-08 03:00 UTC", WHY)

Show = Callable[[int], list[str]]


@pytest.fixture
def show(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Show:
    def lines(columns: int, row: tuple[str, ...] = ROW) -> list[str]:
        monkeypatch.setenv("COLUMNS", str(columns))
        print_table(HEAD, [row, row])
        return capsys.readouterr().out.splitlines()

    return lines


@pytest.mark.parametrize("columns", [20, 40, 80, 100, 132, 150, 200, 400])
def test_an_id_a_user_and_a_profile_are_never_cut(show: Show, columns: int) -> None:
    lines = show(columns)
    for whole in (ID, USER, PROFILE):
        assert sum(whole in line for line in lines) == 2
    assert all(word in " ".join(lines) for word in WHY.split())


@pytest.mark.parametrize("columns", [80, 100, 132])
def test_short_names_fit_the_terminal(
    columns: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    print_table(HEAD, [(ID, "pending", "alice", "staging", "1h", WHY)])
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= columns
    assert lines[0].split() == list(HEAD)
    assert lines[1].startswith(f"{ID}  pending  alice  staging  1h")


def test_where_columns_would_be_too_narrow_the_rest_has_a_line_of_its_own(show: Show) -> None:
    head, first, second, *_ = show(120)
    assert head.split() == ["id", "status", "user", "profile"]
    assert first.split() == [ID, "pending", USER, PROFILE]
    assert second.startswith("    for: 1h from 2026-11-08 03:00 UTC; why: the nightly")


def test_wide_is_one_line_a_row(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    @click.command
    @wide_option
    def command() -> None:
        print_table(HEAD, [ROW])

    monkeypatch.setenv("COLUMNS", "80")
    command.main(["--wide"], standalone_mode=False)
    head, row = capsys.readouterr().out.splitlines()
    assert len(head.split()) == len(HEAD)
    assert row.endswith(WHY)


def test_a_pipe_gets_one_line_a_row(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    print_table(HEAD, [ROW])
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_what_people_wrote_is_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("id", "why"), [("1", "[red]x[/red] :smile:")])
    assert "[red]x[/red] :smile:" in capsys.readouterr().out
