import tracemalloc
from datetime import timedelta

import pytest

from sentinel.evidence.bounded import Cases, Kept, Waits
from tests.evidence.reports import issued, report_of


def test_what_finds_no_room_is_counted_and_what_was_there_stays() -> None:
    kept: Kept[str, list[int]] = Kept(list, 2)
    for name in ("a", "b", "c", "a", "c"):
        found = kept.find(name)
        if found is not None:
            found.append(1)
    assert kept.items() == [("a", [1, 1]), ("b", [1])]
    assert kept.left_out == 2


def test_the_case_that_was_touched_longest_ago_is_settled_first() -> None:
    settled: list[str] = []
    cases: Cases[list[int]] = Cases(list, lambda name, _: settled.append(name), 2)
    for name in ("a", "b", "a", "c"):
        cases.touch(name)
    assert settled == ["b"]
    cases.settle_all()
    assert settled == ["b", "a", "c"]


@pytest.mark.parametrize(
    ("seconds", "percent", "answer"),
    [
        ([], 50, None),
        ([7], 90, 7),
        ([1, 2, 3, 4], 50, 2),
        ([1, 2, 3, 4], 90, 4),
        ([-5, 1], 50, 0),
        ([123456], 50, 123000),
    ],
)
def test_a_percentile_is_the_nearest_rank_of_three_digits(seconds: list[int], percent: int, answer: int | None) -> None:
    waits = Waits()
    for each in seconds:
        waits.add(timedelta(seconds=each))
    assert waits.percentile(percent) == answer


def test_any_number_of_names_that_were_made_up_takes_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sentinel.evidence.reporting.usage._MOST_REFUSALS", 10)
    lines = (
        line
        for number in range(50)
        for line in issued(outcome="refused", code="denied", via=None, rule=None, profile=f"p{number}")
    )
    report = report_of(lines)
    assert len(report["refusals"].rows) == 10
    assert report["refusals"].left_out == 40
    assert "The table refusals is not complete: 40 more found no room." in report.notes


@pytest.mark.parametrize("value", [None, 1, True, [], {}, "", "x" * 10_000])
@pytest.mark.parametrize(
    "name", ["user", "profile", "rule", "via", "outcome", "operation", "service", "grant_id", "steps"]
)
def test_a_field_of_any_type_is_survived(name: str, value: object) -> None:
    report = report_of(issued(**{name: value}))
    assert all(len(cell) <= 512 for row in report["access"].rows for cell in row if isinstance(cell, str))


def test_ten_times_the_lines_take_the_same_memory() -> None:
    def peak(count: int) -> int:
        lines = (line for number in range(count) for line in issued(user=f"user-{number % 50}", process=None))
        tracemalloc.start()
        report_of(lines)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    def least(count: int) -> int:
        """Give the least of three: other threads and garbage of earlier tests only add to a peak."""
        return min(peak(count) for _ in range(3))

    peak(500)  # what is kept for good, such as compiled patterns
    assert least(5_000) < 1.2 * least(500)
