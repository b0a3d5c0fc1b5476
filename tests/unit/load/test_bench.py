"""From measured rounds to figures, promises and the page."""

import pytest

from deploy.markdown import replace
from load.bench.measure import Round
from load.bench.record import (
    COMMAND,
    PAGE,
    cpu_difference,
    figures_of,
    promises,
    ratio_above_floor,
    read_record,
    render_section,
    render_tables,
)
from load.bench.variants import VARIANTS


def rounds(
    above_ms: float, *, floor_ms: float = 30, cpu_ms: float = 1, count: int = 5, calls: tuple[int, ...] = ()
) -> list[Round]:
    """Give rounds in which every request takes so long above its floor, and the last of each a little longer."""
    floors = (floor_ms / 1000,) * 10
    walls = (*(floor + above_ms / 1000 for floor in floors[:-1]), (floor_ms + 2 * above_ms) / 1000)
    return [Round(walls, (cpu_ms / 1000,) * 10, floors, calls) for _ in range(count)]


def hedged(wall_ms: float) -> list[Round]:
    return [Round((wall_ms / 1000,) * 10, (0.001,) * 10)] * 3


def test_the_median_of_the_rounds_and_their_spread_are_reported() -> None:
    found = figures_of([*rounds(1, count=4), *rounds(9, count=1)])
    assert found.above_p50 is not None
    assert found.above_p50.middle == pytest.approx(1)
    assert found.above_p50.low == pytest.approx(1)
    assert found.wall_p50 == pytest.approx(31)
    assert found.cpu.middle == pytest.approx(1)


def test_the_tail_is_that_of_all_rounds() -> None:
    found = figures_of(rounds(1))
    assert found.above_p99 == pytest.approx(2)
    assert found.wall_p99 == pytest.approx(32)


def test_without_floors_nothing_is_said_of_them() -> None:
    found = figures_of(hedged(40))
    assert (found.above_p50, found.above_p99, found.floor_p99) == (None, None, None)


def test_a_difference_of_cpu_time_is_measured_within_rounds_regardless_of_other_load() -> None:
    ours = [*rounds(1, cpu_ms=1, count=2), *rounds(1, cpu_ms=5, count=3)]
    traced = [*rounds(1, cpu_ms=1.25, count=3), *rounds(1, cpu_ms=5.25, count=2)]
    # Rounds 1, 2, 4 and 5 differ by a quarter; the third came when the other work had just gone.
    assert cpu_difference(traced, ours) == pytest.approx(0.25)


@pytest.mark.parametrize(("above_ms", "kept"), [(4.0, True), (5.0, False)])
def test_what_is_promised_is_kept_or_not(above_ms: float, *, kept: bool) -> None:
    figures = {
        "ours": figures_of(rounds(above_ms, cpu_ms=1)),
        "uncached": figures_of(rounds(above_ms)),
        "authorizer": figures_of(rounds(above_ms / 4)),
        "boto3": figures_of(rounds(40, cpu_ms=3)),
        "hedged": figures_of(hedged(29)),
    }
    found = {promise.title: promise.passed for promise in promises(figures, {}, {"trace cpu": 0.13, "links cpu": 0.02})}
    assert found["the CPU time of an audit line's links to a vend's"]
    assert not found["a trace's CPU time to the boto3 handler's"]
    assert found["a vend's CPU time to the boto3 handler's"]
    assert found["a vend's time above the floor to the boto3 handler's, p50"] is kept
    assert found["a vend's time above the floor to the boto3 handler's, p99"]
    assert found["the authorizer's above its one read to the boto3 handler's above the floor, p50"]
    assert found["p50 without cached documents to the boto3 handler's"]
    assert found["p99 with hedging to the floor's p99 without"]


def test_times_above_the_floor_are_compared_within_rounds_regardless_of_other_load() -> None:
    ours = [*rounds(1, count=2), *rounds(5, count=3)]
    token = [*rounds(1.1, count=3), *rounds(5.5, count=2)]
    # In the third round the other work had just gone.
    assert ratio_above_floor(token, ours) == pytest.approx(1.1)


@pytest.mark.parametrize(
    ("above_ms", "calls", "kept"),
    [
        (1.14, (5, 6, 5), (True, True)),
        (1.16, (5, 5, 6), (False, True)),
        (1.0, (6, 6, 5), (True, False)),
    ],
)
def test_a_token_may_cost_a_little_time_and_no_call(
    above_ms: float, calls: tuple[int, ...], kept: tuple[bool, bool]
) -> None:
    """A document that is read again in a vend's time is not a call of every vend."""
    ours, token = rounds(1, calls=(5, 5, 5)), rounds(above_ms, calls=calls)
    figures = {"ours": figures_of(ours), "token": figures_of(token)}
    measured = promises(figures, {}, {"token ratio": ratio_above_floor(token, ours)})
    found = {promise.title: promise.passed for promise in measured}
    assert found == {
        "a vend's time above the floor for a token to that for a signature, p50": kept[0],
        "a vend's calls to AWS for a token to those for a signature": kept[1],
    }


def test_a_cold_start_for_a_token_leaves_half_of_the_time_that_botocore_waits() -> None:
    for init_ms, kept in ((900, True), (1000, False)):
        [promise] = promises({}, {"token": {"init_ms": init_ms, "first_ms": 50}})
        assert (promise.found, promise.passed) == ((init_ms + 50) / 2000, kept)


def test_what_was_not_measured_promises_nothing() -> None:
    assert list(promises({"boto3": figures_of(rounds(40))}, {"vend": {"init_ms": 1, "first_ms": 1}})) == []


def test_cold_starts_are_compared_with_the_baselines() -> None:
    starts = {
        "vend": {"init_ms": 200, "first_ms": 50},
        "authorizer": {"init_ms": 232, "first_ms": 10},
        "boto3": {"init_ms": 200, "first_ms": 100},
    }
    found = {
        promise.title: (promise.found and round(promise.found, 3), promise.passed) for promise in promises({}, starts)
    }
    assert found["vend: init to three boto3 clients'"] == (1.0, True)
    assert found["authorizer: init to three boto3 clients'"] == (1.16, False)
    assert found["authorizer: init and first answer to the boto3 handler's"] == (0.807, True)


def test_a_promise_that_is_not_kept_is_seen_in_the_table() -> None:
    promise = {"title": "speed", "found": 3.0, "most": 2.0, "is_kept": False}
    assert "| speed | 3.00 | 2.00 | **not kept** |" in render_tables(
        {"variants": {}, "cold": {}, "promises": [promise]}
    )


def test_the_page_says_what_was_measured_last() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == replace(page, COMMAND, render_section(read_record())), (
        "run `make bench BENCH_ARGS=--keep` and commit the result"
    )


def test_the_page_has_every_variant() -> None:
    assert set(read_record()["variants"]) == set(VARIANTS)
