"""From a measured vend to what many people need, and the page it is written to."""

from typing import Any

import pytest

from load.capacity import CapacityError, Vend, need, shortest_s, write_tables

VEND = Vend(function_s=0.05, sts_calls=1.0, read_units=3.0, write_units=5.0)


def a_result(**changes: Any) -> dict[str, Any]:
    spread = {"p50": 45.0, "p99": 80.0, "p999": 90.0, "mean": 50.0}
    request = {
        "latency_ms": spread,
        "floor_ms": spread,
        "function_ms": spread,
        "calls": {"sts.AssumeRole": 1.0},
        "read_units": 3.0,
        "write_units": 5.0,
    }
    machine = {"cpus": 2, "cpu": "a core", "load_before": 0.1, "revision": "abc1234", "changed_since": False}
    return {
        "scenario": "vend",
        "title": "SDK credential fetches",
        "functions_run_as": "processes",
        "machine": machine,
        "total": {"rps": 40.0},
        "passed": True,
        "requests": {"vend dev": request},
    } | changes


def test_a_rate_needs_as_many_at_once_as_come_while_one_is_served() -> None:
    found = need(VEND, 100)
    assert found.mean_at_once == pytest.approx(5)
    assert found.at_once == 14
    assert (found.read_units, found.write_units) == (300, 500)
    assert found.sts_share == pytest.approx(1 / 6)
    assert found.ssm_calls == pytest.approx(14 / 5)


def test_the_quota_gives_the_rate_at_which_everyone_can_vend() -> None:
    assert shortest_s(100_000, VEND, 1.0) == pytest.approx(100_000 / 600)
    assert need(VEND, 100_000 / shortest_s(100_000, VEND, 0.8)).sts_share == pytest.approx(0.8)


def test_the_tables_say_what_was_measured_and_size_three_communities() -> None:
    tables = write_tables([a_result()])
    assert "| vend: vend dev | 45 | 80 | 90 | 45 | 80 | 45 | 80 | 3 | 5 | 1.00 |" in tables
    # 100,000 people, each every 45 minutes.
    assert "| 100,000 | all day | 37 | 1.9 | 8 | 6.2% | 111 | 185 | 1.6 |" in tables
    assert "| 100,000 | all within 208 seconds | 480 |" in tables


@pytest.mark.parametrize("changes", [{"scenario": "day"}, {"requests": {}}])
def test_without_a_measured_vend_there_is_no_page(changes: dict[str, Any]) -> None:
    with pytest.raises(CapacityError, match="vend"):
        write_tables([a_result(**changes)])
