"""What is made of mutmut's findings; and that every survivor which is explained can still be there."""

from pathlib import Path

import pytest

from deploy.markdown import markers
from tests.mutation.explained import read_explained
from tests.mutation.outcome import Change, Module, Verdict, judge
from tests.mutation.report import PAGE, render_page, render_table

PROJECT = Path(__file__).parents[3]
CHANGE = Change("shared.core.stamp.cut", "return a", "return b")
ENTRY = '[[survivor]]\nfunction = "shared.core.stamp.cut"\nbefore = "return a"\nafter = "return b"\n'


def a_module(killed: int, survivors: int, unknown: int = 0) -> Module:
    return Module("shared.core.stamp", killed, [f"mutant {number}" for number in range(survivors)], unknown)


@pytest.mark.parametrize("change", read_explained(), ids=lambda change: change.function)
def test_what_an_explained_survivor_changes_is_still_there(change: Change) -> None:
    parts = change.function.split(".")
    file = next(
        file for end in range(len(parts), 0, -1) if (file := PROJECT.joinpath(*parts[:end]).with_suffix(".py")).exists()
    )
    source = " ".join(line.strip() for line in file.read_text(encoding="utf-8").splitlines())
    assert change.before in source
    assert f"def {parts[-1]}(" in source


def test_nine_in_ten_and_every_survivor_explained_passes() -> None:
    verdict = judge([a_module(9, 1)], {CHANGE: "nothing depends on it"}, lambda _: CHANGE)
    assert verdict.percent == 90
    assert verdict.passed


def test_an_unexplained_survivor_fails_and_is_named() -> None:
    verdict = judge([a_module(999, 1)], {}, lambda _: CHANGE)
    assert not verdict.passed
    assert verdict.unexplained == [CHANGE]


def test_a_lower_score_fails_though_every_survivor_is_explained() -> None:
    assert not judge([a_module(89, 11)], {CHANGE: "nothing depends on it"}, lambda _: CHANGE).passed


def test_nothing_tried_is_no_score() -> None:
    assert not Verdict([], []).passed


def test_the_table_counts_what_was_tried_and_names_what_was_not() -> None:
    table = render_table(Verdict([a_module(9, 1), Module("shared.core.globs", 0, [], 7)], []))
    assert "| shared.core.stamp | 10 | 9 | 1 | 90.0 % |" in table
    assert "| **all of these** | 10 | 9 | 1 | 90.0 % |" in table
    assert table.endswith("Mutants not tried: shared.core.globs (7).")


def test_the_page_has_a_place_for_the_table() -> None:
    begin, end = markers("tests.mutation")
    written = render_page(PAGE.read_text(encoding="utf-8"), Verdict([a_module(9, 1)], []), "Somewhere.")
    assert "Somewhere.\n\n| module |" in written.partition(begin)[2].partition(end)[0]


def test_an_explanation_is_read_by_what_it_is_about(tmp_path: Path) -> None:
    file = tmp_path / "mutants.toml"
    file.write_text(f'{ENTRY}why = "nothing depends on it"\n', encoding="utf-8")
    assert read_explained(file) == {CHANGE: "nothing depends on it"}


@pytest.mark.parametrize(
    "text",
    [
        f'{ENTRY}why = ""\n',
        f'{ENTRY}why = "nothing depends on it"\nkind = "odd"\n',
        2 * f'{ENTRY}why = "nothing depends"\n',
    ],
)
def test_an_explanation_that_says_nothing_or_twice_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "mutants.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"why|kind|twice"):
        read_explained(file)
