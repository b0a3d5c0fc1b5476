"""The benchmarks run, and what they measure has the size it must have."""

from collections.abc import Mapping
from pathlib import Path

from deploy.packages.build import Package
from load.bench.cold import ADMIN, AUTHORIZER, BASELINE, TOKEN, VEND
from load.bench.cold import measure as measure_cold
from load.bench.measure import measure
from load.bench.record import figures_of
from load.bench.slack import measure as measure_slack


async def test_a_short_measurement_tells_ours_from_the_baseline() -> None:
    measured = await measure(["ours", "token", "hedged", "boto3", "authorizer"], rounds=2, requests=5)
    figures = {name: figures_of(found) for name, found in measured.items()}
    ours, baseline = figures["ours"], figures["boto3"]
    assert all(len(each.wall_s) == 5 for found in measured.values() for each in found)
    assert all(above > 0 for name in ("ours", "boto3") for each in measured[name] for above in each.above_s)
    assert ours.above_p50 is not None
    assert baseline.above_p50 is not None
    assert ours.above_p50.middle < baseline.above_p50.middle
    assert figures["hedged"].above_p50 is None
    assert figures["token"].calls == ours.calls == 5
    assert figures["hedged"].calls is figures["authorizer"].calls is None


async def test_every_function_starts_cold_and_answers(packages: Mapping[str, Package], tmp_path: Path) -> None:
    measured = await measure_cold(packages, tmp_path, 1)
    assert {VEND, TOKEN, AUTHORIZER, ADMIN, BASELINE} < set(measured)
    for _, [start] in measured.values():
        assert 0 < start.second_ms < start.init_ms
        assert 10 < start.init_mb <= start.first_mb < 200


async def test_a_press_is_answered_by_a_cold_function(packages: Mapping[str, Package], tmp_path: Path) -> None:
    measured = await measure_slack(packages[ADMIN], tmp_path, [1769], 1)
    [pressed] = measured[1769]
    assert 0 < pressed.start.second_ms < pressed.whole_ms
