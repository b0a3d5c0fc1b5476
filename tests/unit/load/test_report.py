"""The figures of a run, and the verdict on it."""

import json
from pathlib import Path
from typing import Any

import pytest

from load.aws_model.ledger import Call
from load.compare import compare
from load.driver.exchange import Sample, Seen
from load.figures import InvocationRecord, calls_of, describe_function, floor_ms, most_at_once, spread
from load.result import build_result, judge, read_result
from load.scenario import Thresholds

CALLS = [
    Call("dynamodb.Query", 10.001, 10.005, read_units=1),
    Call("ssm.GetParameters", 10.001, 10.009),
    Call("sts.AssumeRole", 10.010, 10.030),
    Call("dynamodb.PutItem", 10.010, 10.014, write_units=4),
    Call("dynamodb.Query", 11.0, 11.004, read_units=1),
]
VEND = InvocationRecord("r1", "vend dev", "AKIA1", 9.999, 10.0, 10.032)


def a_run(*samples: Sample) -> dict[str, Any]:
    seen = Seen(8.0, 12.0, samples)
    return build_result(seen, measured_from_s=9.0, invocations=[VEND], calls={"AKIA1": CALLS})


def test_percentiles_are_values_that_were_seen() -> None:
    found = spread([float(value) for value in range(1, 1001)])
    assert (found["p50"], found["p95"], found["p99"], found["p999"], found["max"]) == (500, 950, 990, 999, 1000)
    assert spread([7.0]) == {"p50": 7, "p95": 7, "p99": 7, "p999": 7, "max": 7, "mean": 7}
    assert spread([]) == {}


def test_a_request_is_matched_with_its_invocation_and_its_calls() -> None:
    found = a_run(Sample("r1", "vend dev", 1.99, 36.0, "ok", True))["requests"]["vend dev"]
    assert (found["read_units"], found["write_units"]) == (1, 4)
    assert found["calls"] == {
        "dynamodb.PutItem": 1,
        "dynamodb.Query": 1,
        "ssm.GetParameters": 1,
        "sts.AssumeRole": 1,
    }
    # The slowest read, then the slower write: 8 and 20 ms.
    assert found["floor_ms"]["p50"] == pytest.approx(28)
    assert found["overhead_ms"]["p50"] == pytest.approx(8)
    assert found["function_ms"]["p50"] == pytest.approx(32)


def test_a_request_without_an_invocation_has_a_latency_and_no_more() -> None:
    found = a_run(Sample("elsewhere", "vend dev", 2.0, 5.0, "status 503", False))["requests"]["vend dev"]
    assert (found["latency_ms"]["p50"], found["function_ms"], found["floor_ms"]) == (5, {}, {})


def test_asking_about_a_proof_is_part_of_an_authorization() -> None:
    invocation = InvocationRecord("r1", "authorize", "AKIA1", 9.999, 10.0, 10.032, proof_key="ASIA1")
    found = calls_of(invocation, {"AKIA1": CALLS, "ASIA1": [Call("sts.GetCallerIdentity", 10.0, 10.012)]})
    assert [call.operation for call in found][-1] == "sts.GetCallerIdentity"
    assert floor_ms(invocation, [found[0], found[-1]]) == pytest.approx(16)


def test_requests_without_rounds_have_no_floor() -> None:
    assert floor_ms(InvocationRecord("r", "revoke a session", "K", 0, 0, 1), CALLS) is None


def test_the_warm_up_is_not_measured_but_its_failures_count() -> None:
    early = Sample("r0", "vend dev", 0.5, 900.0, "unavailable", False)
    result = a_run(early, Sample("r1", "vend dev", 1.99, 36.0, "ok", True))
    assert result["requests"]["vend dev"]["count"] == 1
    assert result["total"]["rps"] == pytest.approx(1 / 3, abs=0.01)
    failures = judge(result, Thresholds(rps=0.1))[1]
    assert (failures.found, failures.passed) == (1, False)


@pytest.mark.parametrize(
    ("thresholds", "failing"),
    [
        (Thresholds(rps=0.1), []),
        (Thresholds(rps=50), ["requests per second"]),
        (Thresholds(rps=0.1, other_p99_ms=20), ["p99 of vend dev, ms"]),
        (Thresholds(rps=0.1, p99_ms={"vend dev": 35.9}), ["p99 of vend dev, ms"]),
        # What was never asked for has met no threshold.
        (Thresholds(rps=0.1, p99_ms={"vend prod": 1000}), ["p99 of vend prod, ms"]),
    ],
)
def test_every_threshold_can_fail(thresholds: Thresholds, failing: list[str]) -> None:
    result = a_run(Sample("r1", "vend dev", 1.99, 36.0, "ok", True))
    assert [check.title for check in judge(result, thresholds) if not check.passed] == failing


def test_a_run_that_measured_nothing_fails() -> None:
    assert not all(check.passed for check in judge(a_run(), Thresholds(rps=0.1)))


def test_the_most_at_once_counts_a_change_of_guard_as_one() -> None:
    invocations = [
        InvocationRecord("a", "", "K", 0, 0, 2),
        InvocationRecord("b", "", "L", 1, 1, 3),
        InvocationRecord("c", "", "K", 0, 2, 4),
    ]
    assert most_at_once(invocations) == 2


def test_a_function_is_described_with_its_queue_and_cold_starts() -> None:
    found = describe_function([VEND], throttled=3, init_ms=[200.0])
    assert (found["invocations"], found["throttled"], found["cold_starts"]) == (1, 3, 1)
    assert found["queued_ms"] == pytest.approx(dict.fromkeys(("p50", "p95", "p99", "p999", "max", "mean"), 1.0))


def test_two_results_are_compared_name_by_name() -> None:
    machine = {"revision": "abc", "changed_since": False}
    head = {"scenario": "vend", "functions_run_as": "processes", "at": "now", "machine": machine}
    before = {**head, **a_run(Sample("r1", "vend dev", 1.99, 36.0, "ok", True))}
    after = {**head, **a_run(Sample("r1", "vend dev", 1.99, 72.0, "ok", True))}
    after["requests"]["catalogue"] = after["requests"]["vend dev"]
    lines = compare(before, after).splitlines()
    assert any(line.startswith("| vend dev: latency | 36.0 → 72.0 (2.00) |") for line in lines)
    assert "| catalogue: only after |  |  |  |" in lines


@pytest.mark.parametrize("text", ["", "[]", json.dumps({"scenario": "vend"})])
def test_what_is_no_result_is_refused_by_name(tmp_path: Path, text: str) -> None:
    file = tmp_path / "result.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"result\.json"):
        read_result(file)
