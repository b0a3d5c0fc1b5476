"""Audit and metric lines."""

import io
import json
from datetime import UTC, datetime

import pytest

from shared.edge.audit.line import AuditLine
from shared.edge.audit.metrics import metric_line
from shared.edge.audit.writing import MAX_CALLER_TEXT, AuditError, render, write_lines

AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def test_the_line_holds_what_is_known_and_nothing_else() -> None:
    line = AuditLine(time=AT, service="vend", request_id="r", user="alice", rule="dev-hours", duration_given_s=3600)
    assert json.loads(render(line)) == {
        "kind": "sentinel.audit",
        "schema_version": "1",
        "time": "2026-11-23T10:00:00Z",
        "service": "vend",
        "request_id": "r",
        "outcome": "failed",
        "user": "alice",
        "rule": "dev-hours",
        "duration_given_s": 3600,
    }


def test_a_line_that_was_not_finished_says_failed() -> None:
    assert AuditLine(time=AT, service="vend", request_id="r").outcome == "failed"


def test_what_a_caller_chose_cannot_break_or_bloat_the_line() -> None:
    line = AuditLine(time=AT, service="vend", request_id="r", user_agent='a\n{"kind":"forged"}' + "x" * 9999)
    rendered = render(line)
    assert b"\n" not in rendered
    assert len(json.loads(rendered)["user_agent"]) == MAX_CALLER_TEXT


def test_half_a_surrogate_pair_does_not_keep_a_request_out_of_the_log() -> None:
    line = AuditLine(time=AT, service="vend", request_id="r", user_agent="a\ud800b")
    assert json.loads(render(line))["user_agent"] == "a?b"


def test_a_step_is_timed_even_when_it_fails() -> None:
    line = AuditLine(time=AT, service="vend", request_id="r")
    with pytest.raises(RuntimeError), line.step("read"):
        raise RuntimeError
    assert line.steps["read"] >= 0


def test_lines_go_out_whole_and_flushed() -> None:
    stream = io.StringIO()
    write_lines(stream, [b'{"a":1}', b'{"b":2}'])
    assert stream.getvalue() == '{"a":1}\n{"b":2}\n'


def test_a_stream_that_takes_nothing_is_an_error() -> None:
    stream = io.StringIO()
    stream.close()
    with pytest.raises(AuditError):
        write_lines(stream, [b"{}"])


def test_a_metric_line_is_what_cloudwatch_reads() -> None:
    line = AuditLine(time=AT, service="vend", request_id="r", outcome="refused", code="denied", steps={"read": 4.2})
    metric = json.loads(metric_line(line))
    directive = metric["_aws"]["CloudWatchMetrics"][0]
    assert metric["_aws"]["Timestamp"] == 1795428000000
    assert all(name in metric for dimensions in directive["Dimensions"] for name in dimensions)
    assert {each["Name"] for each in directive["Metrics"]} == {
        "requests",
        "stale_documents",
        "aws_throttles",
        "read_ms",
    }
    assert (metric["requests"], metric["read_ms"], metric["code"]) == (1, 4.2, "denied")


@pytest.mark.parametrize(("deployment", "written"), [(None, "sentinel"), ("blue", "blue")])
def test_the_metrics_of_two_deployments_are_kept_apart(deployment: str | None, written: str) -> None:
    line = AuditLine(AT, "vend", "r", deployment)
    metric = json.loads(metric_line(line))
    assert metric["deployment"] == written
    assert {each[0] for each in metric["_aws"]["CloudWatchMetrics"][0]["Dimensions"]} == {"deployment"}


@pytest.mark.parametrize(("dependency", "counted"), [("sts", 1), (None, 0)])
def test_what_aws_throttles_is_counted_apart_from_what_exceeds_a_budget(dependency: str | None, counted: int) -> None:
    line = AuditLine(time=AT, service="vend", request_id="r", code="throttled", dependency=dependency)
    assert json.loads(metric_line(line))["aws_throttles"] == counted
