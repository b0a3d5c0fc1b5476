"""The report of thirty days whose timetable is in tests/evidence/history.py. The figures are counted by hand."""

import hashlib
from typing import Any

import pytest

from sentinel.evidence.reporting.gather import Known
from sentinel.evidence.reporting.tables import Report
from tests.evidence.history import write_history
from tests.evidence.reports import report_of


@pytest.fixture(scope="module")
def report() -> Report:
    return report_of(write_history())


def rows(report: Report, name: str, *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row[column] for column in columns) for row in report[name].as_json()]


def test_the_summary_has_the_totals(report: Report) -> None:
    assert report.summary == {
        "lines": 247,
        "sessions": 172,
        "users": 6,
        "profiles_used": 5,
        "unused": 4,
        "standing_access_used_rarely": 1,
        "refusals": 13,
        "requests": 9,
        "approved": 7,
        # 5, 5, 10, 20, 30, 40 and 60 minutes.
        "time_to_approve_median_s": 20 * 60,
        "time_to_approve_p90_s": 60 * 60,
        "own_decisions": 2,
        "break_glass": 2,
        "break_glass_not_reviewed": 1,
        "revocations": 3,
    }


def test_it_says_who_had_what_by_which_rule_and_how_often(report: Report) -> None:
    assert rows(report, "access", "user", "profile", "rule", "via", "sessions", "days") == [
        ("role/ci-deploy", "staging-deploy", "ci", "direct", 60, 30),
        ("alice", "dev-admin", "developers", "direct", 44, 22),
        ("github/repo:acme/shop:ref:refs/heads/main", "pipeline-deploy", "pipelines", "direct", 30, 30),
        ("bob", "dev-admin", "developers", "direct", 22, 22),
        ("carol", "staging-deploy", "staging", "direct", 5, 5),
        ("alice", "prod-admin", "production", "approval", 4, 4),
        ("bob", "prod-admin", "production", "approval", 2, 2),
        ("dan", "billing-read", "finance", "direct", 2, 2),
        ("bob", "prod-admin", "production", "break-glass", 1, 1),
        ("dan", "prod-admin", "production", "approval", 1, 1),
        ("dan", "prod-admin", "production", "break-glass", 1, 1),
    ]
    assert rows(report, "access", "first", "last")[7] == ("2026-06-03T09:00:00Z", "2026-06-17T09:00:00Z")


def test_it_says_how_many_sessions_each_day_had(report: Report) -> None:
    days = rows(report, "days", "day", "direct", "approval", "break-glass")
    assert len(days) == 30
    # A Monday: two by CI, one of the pipeline, two of alice, one of bob, one of carol.
    assert days[0] == ("2026-06-01", 7, 0, 0)
    assert days[1] == ("2026-06-02", 6, 1, 0)
    assert days[12] == ("2026-06-13", 3, 0, 1)


def test_it_lists_what_no_one_used(report: Report) -> None:
    assert report["unused"].rows == [
        ("rule", "legacy", "allow"),
        ("profile", "legacy-ops", "enabled"),
        ("profile", "prod-read", "enabled"),
        ("profile", "sandbox", "enabled"),
    ]


def test_it_counts_what_each_rule_decided(report: Report) -> None:
    assert rows(report, "rules", "rule", "effect", "decided", "sessions") == [
        ("no-contractors", "deny", 5, 0),
        # 9 sessions, erin's 3 refusals, 9 requests, 2 events.
        ("production", "require_approval", 23, 9),
        ("developers", "allow", 66, 66),
        ("staging", "allow", 5, 5),
        ("ci", "allow", 60, 60),
        ("pipelines", "allow", 30, 30),
        # dan's 2, and one while he was locked out.
        ("finance", "allow", 3, 2),
        ("legacy", "allow", 0, 0),
    ]


def test_it_finds_standing_access_that_could_be_an_approval(report: Report) -> None:
    assert rows(report, "standing", "user", "profile", "rule", "days", "sessions") == [
        ("dan", "billing-read", "finance", 2, 2)
    ]


def test_it_says_what_became_of_requests(report: Report) -> None:
    assert report["requests"].as_json() == [
        {
            "profile": "prod-admin", "filed": 9, "automatic": 0, "approved": 7, "denied": 1, "cancelled": 0,
            "undecided": 1, "median_s": 1200, "p90_s": 3600,
        }
    ]  # fmt: skip


def test_it_says_who_approved_and_how_long_that_took(report: Report) -> None:
    assert report["approvers"].rows == [
        # 10, 20, 30, 40 and, as the second of two, 60 minutes.
        ("bob", 5, 0, 1800, 3600),
        # 5, 5 and, as the first of two, 30 minutes.
        ("alice", 3, 1, 300, 1800),
    ]


def test_it_says_who_approves_whom_and_who_each_other(report: Report) -> None:
    assert report["duties"].rows == [
        ("alice", "bob", "approval", 4, "yes"),
        ("bob", "alice", "approval", 2, "yes"),
        ("dan", "alice", "approval", 1, "no"),
        ("dan", "alice", "review", 1, "no"),
        ("dan", "bob", "approval", 1, "no"),
    ]


def test_it_lists_attempts_to_approve_ones_own(report: Report) -> None:
    assert rows(report, "own", "time", "by", "of", "what", "result") == [
        ("2026-06-04T15:31:00Z", "bob", "bob", "approve", "not_permitted"),
        ("2026-06-18T15:31:00Z", "bob", "bob", "approve", "not_permitted"),
    ]


def test_it_gives_the_median_time_to_approve_by_week(report: Report) -> None:
    assert rows(report, "weeks", "week", "approved", "median_s") == [
        ("2026-06-01T00:00:00Z", 2, 300),
        ("2026-06-08T00:00:00Z", 1, 1200),
        ("2026-06-15T00:00:00Z", 2, 300),
        ("2026-06-22T00:00:00Z", 2, 2400),
    ]


def test_it_says_which_break_glass_event_has_no_review(report: Report) -> None:
    assert rows(report, "break_glass", "began", "user", "sessions", "closed", "reviewed_by", "reviewed_after_s") == [
        ("2026-06-13T02:00:00Z", "dan", 1, "2026-06-13T02:30:00Z", "alice", 55 * 3600),
        ("2026-06-20T04:00:00Z", "bob", 1, None, None, None),
    ]


def test_it_says_how_long_revocations_took_to_take_effect(report: Report) -> None:
    found = rows(report, "revocations", "by", "target", "kill_switch", "vends_stopped_after_ms", "in_effect_after_ms")
    assert found[:2] == [
        ("alice", "user dan", "applied", 60, 2500),
        # The kill switch failed, and was written half an hour later, in two seconds.
        ("alice", "profile prod-admin", "failed", 60, 30 * 60_000 + 2000),
    ]
    assert found[2][3:] == (40, 1500)


def test_it_counts_refusals(report: Report) -> None:
    assert rows(report, "refusals", "user", "profile", "code", "rule", "count") == [
        ("ext-mallory", "dev-admin", "denied", "no-contractors", 5),
        ("erin", "prod-admin", "approval_required", "production", 3),
        ("bob", "prod-admin", "not_permitted", "production", 2),
        ("alice", "dev-admin", "throttled", None, 1),
        ("dan", "billing-read", "locked_out", "finance", 1),
        ("frank", "prod-amdin", "denied", None, 1),
    ]


def test_the_order_of_the_lines_makes_no_difference(report: Report) -> None:
    lines = sorted(write_history(), key=lambda line: hashlib.sha256(line).digest())
    assert report_of(lines).as_json() == report.as_json()


def test_lines_of_an_older_version_count_like_the_others(report: Report) -> None:
    older = report_of(write_history(is_old=True))
    assert {name: table.rows for name, table in older.tables.items()} == {
        name: table.rows for name, table in report.tables.items()
    }
    assert "183 lines are of an older version. They count like the others." in older.notes


def test_a_period_without_lines_has_a_report_too() -> None:
    empty = report_of([])
    assert not any(empty.summary[name] for name in empty.summary if name != "unused")
    assert len(empty["unused"].rows) == 8 + 8
    assert len(empty["days"].rows) == 30


def test_without_policy_and_catalogue_the_report_says_what_it_does_not_list() -> None:
    report = report_of(write_history(), Known())
    assert report["unused"].rows == []
    assert [note.partition(",")[0] for note in report.notes] == [
        "The access policy is not known",
        "The catalogue is not known",
    ]


def test_a_line_that_is_in_two_exports_counts_once(report: Report) -> None:
    twice = report_of([*write_history(), *write_history()])
    assert twice.tables == report.tables
    assert twice.notes == ["247 lines were read more than once, as exports overlap. Each counts once."]
