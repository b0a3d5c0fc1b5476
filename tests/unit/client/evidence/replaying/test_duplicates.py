"""A line that was read already is distinguished from a new one by its process and number, and by nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentinel.evidence.replaying.duplicates import SeenLines

ONE, TWO = "1" * 32, "2" * 32


@given(st.lists(st.tuples(st.sampled_from([ONE, TWO]), st.integers(1, 12)), max_size=60))
def test_exactly_the_lines_seen_before_are_duplicates(lines: list[tuple[str, int]]) -> None:
    seen, known = SeenLines(), set[tuple[str, int]]()
    for line in lines:
        assert seen.is_new(*line) is (line not in known)
        known.add(line)


def test_lines_in_order_take_the_memory_of_their_processes() -> None:
    seen = SeenLines()
    for number in range(1, 10_001):
        assert seen.is_new(ONE, number)
    assert seen._runs == {ONE: [1, 10_000]}


@pytest.mark.parametrize("identity", [(None, None), (ONE, None), (ONE, "1"), (ONE, True), ("short", 1), (1, 1)])
def test_a_line_without_a_certain_identity_is_never_a_duplicate(identity: tuple[object, object]) -> None:
    seen = SeenLines()
    assert seen.is_new(*identity)
    assert seen.is_new(*identity)


def test_there_is_a_limit_after_which_what_is_remembered_still_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sentinel.evidence.replaying.duplicates._MOST_RUNS", 1)
    seen = SeenLines()
    assert [seen.is_new(*line) for line in [(ONE, 1), (TWO, 1), (TWO, 1), (ONE, 9), (ONE, 1), (ONE, 2)]] == [
        True, True, True, True, False, True,
    ]  # fmt: skip
    assert seen.left_out == 3
