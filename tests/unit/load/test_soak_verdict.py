"""What a soak makes of what processes noted and functions said."""

import json
from pathlib import Path
from typing import Any

import pytest

from load.soak.verdict import (
    ALLOWED,
    GATEWAY,
    TooFewValuesError,
    count_odd_lines,
    judge_growth,
    render_section,
    render_table,
    watch,
)

AUDIT = {"kind": "sentinel.audit", "outcome": "refused"}


def note(second: int, **changed: float) -> dict[str, Any]:
    return {"pid": 7, "at_s": float(second), "rss_kib": 60_000, "blocks": 1000, "descriptors": 9, "tasks": 0, **changed}


def failed(notes: list[dict[str, Any]], name: str = "VEND0000") -> list[str]:
    return [check.title for check in judge_growth(watch(name, notes, 10, 100)) if not check.passed]


def test_a_process_that_stays_as_it_is_passes() -> None:
    assert failed([note(second) for second in range(110)]) == []


@pytest.mark.parametrize(("more_a_second", "is_found"), [(0.1, False), (0.5, True)])
def test_the_gateway_may_keep_a_connection_of_each_caller_and_no_more(more_a_second: float, *, is_found: bool) -> None:
    notes = [note(second, descriptors=9 + second * more_a_second) for second in range(110)]
    assert failed(notes, GATEWAY) == (["steady growth of descriptors in gateway"] if is_found else [])


@pytest.mark.parametrize(("more_a_second", "is_found"), [(0.15, False), (0.25, True)])
def test_the_admin_lambda_may_keep_the_connections_of_its_bursts_and_no_more(
    more_a_second: float, *, is_found: bool
) -> None:
    notes = [note(second, descriptors=9 + second * more_a_second) for second in range(110)]
    assert failed(notes, "ADMIN0000") == (["steady growth of descriptors in ADMIN0000"] if is_found else [])


@pytest.mark.parametrize("measure", ALLOWED)
def test_each_measure_that_grows_is_named(measure: str) -> None:
    each = 1 + ALLOWED[measure] / 50
    notes = [note(second, **{measure: 100 + second * each}) for second in range(110)]
    assert failed(notes) == [f"steady growth of {measure} in VEND0000"]


def test_what_happens_in_the_warm_up_is_not_compared() -> None:
    assert failed([note(second, tasks=min(second, 10)) for second in range(110)]) == []


def test_a_process_that_was_begun_again_fails() -> None:
    assert failed([note(second, pid=7 + (second > 5)) for second in range(110)]) == ["times VEND0000 ended"]


def test_a_process_that_noted_nothing_fails() -> None:
    with pytest.raises(TooFewValuesError):
        watch("VEND0000", [], 10, 100)


@pytest.mark.parametrize(
    ("line", "odd"),
    [
        (json.dumps(AUDIT), 0),
        (json.dumps({"_aws": {}, "Requests": 1}), 0),
        (json.dumps({**AUDIT, "outcome": "failed"}), 1),
        (json.dumps({"kind": "something else"}), 1),
        ("Traceback (most recent call last):", 1),
        ("[]", 1),
        ("", 1),
    ],
)
def test_a_function_says_what_it_decided_and_counts_and_nothing_else(line: str, odd: int, tmp_path: Path) -> None:
    log = tmp_path / "vend.log"
    log.write_text(f"{json.dumps(AUDIT)}\n{line}\n", encoding="utf-8")
    assert count_odd_lines(log) == odd


def test_the_page_says_what_was_found_and_on_what_machine() -> None:
    cell = {"first": 10, "last": 12, "growth": 1.5, "tau": 0.25}
    result = {
        "at": "2026-01-02T03:04:05+00:00",
        "machine": {
            "cpus": 2,
            "cpu": "a core",
            "load_before": 3.5,
            "python": "3.11.9",
            "revision": "abc",
            "changed_since": True,
        },
        "load_after": 4.5,
        "seconds": 1800.0,
        "warm_up_s": 300.0,
        "requests": 9000,
        "processes": {"VEND0000": dict.fromkeys(ALLOWED, cell)},
        "checks": [{"check": "errors no caller caused <= 0", "found": 2, "passed": False}],
        "passed": False,
    }
    written = render_section(result)
    assert "30.0 minutes on 2026-01-02, 9000 requests,\n2 errors no caller caused; FAILED." in written
    assert "load average 3.5 before and 4.5 after" in written
    assert "revision abc and changes" in written
    assert render_table(result) in written
    assert "| VEND0000 | 10 → 12 (+1.5, tau 0.25) |" in written
