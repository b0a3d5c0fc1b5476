"""What lines say of requests, events and revocations that the company's history does not have."""

from typing import Any

import orjson
import pytest

from sentinel.evidence.records import SESSION_KIND
from sentinel.evidence.reporting.tables import Report
from tests.evidence.day import made_id
from tests.evidence.reports import issued, report_of

ID = made_id("a request")


def line(minute: int, operation: str, user: str, **fields: Any) -> bytes:
    at = f"2026-06-10T12:{minute:02}:00Z"
    known = {"kind": "sentinel.audit", "service": "admin", "outcome": "answered", "profile": "prod", "grant_id": ID}
    return orjson.dumps(known | {"time": at, "operation": operation, "user": user} | fields)


def filed(user: str = "alice", status: str = "pending") -> bytes:
    return line(0, "POST /v1/requests", user, grant_user=user, grant_status=status)


def only(report: Report, table: str) -> dict[str, Any]:
    (row,) = report[table].as_json()
    return row


def test_a_request_that_was_approved_automatically_has_no_approver() -> None:
    report = report_of([filed(status="approved")])
    found = only(report, "requests")
    assert (found["filed"], found["automatic"], found["approved"], found["undecided"]) == (1, 1, 0, 0)
    assert report["approvers"].rows == []


@pytest.mark.parametrize("status", ["cancelled", "withdrawn"])
def test_a_request_that_was_taken_back_is_not_undecided(status: str) -> None:
    back = line(5, f"POST /v1/requests/{ID}/cancel", "alice", grant_user="alice", grant_status=status)
    found = only(report_of([filed(), back]), "requests")
    assert (found["cancelled"], found["undecided"]) == (1, 0)


def test_a_request_that_was_filed_before_has_no_time_to_approve() -> None:
    approved = line(5, f"POST /v1/requests/{ID}/approve", "bob", grant_user="alice", grant_status="approved")
    report = report_of([approved])
    found = only(report, "requests")
    assert (found["filed"], found["approved"], found["median_s"]) == (0, 1, None)
    assert only(report, "approvers") == {"approver": "bob", "approved": 1, "denied": 0, "median_s": None, "p90_s": None}


def test_a_refused_step_is_no_step() -> None:
    refused = line(5, f"POST /v1/requests/{ID}/approve", "bob", grant_user="alice", outcome="refused", code="conflict")
    found = only(report_of([filed(), refused]), "requests")
    assert (found["approved"], found["undecided"]) == (0, 1)


def test_a_review_of_ones_own_event_under_another_name_is_found() -> None:
    review = line(5, f"POST /v1/break-glass/{ID}/review", "alice@corp.example", grant_user="alice")
    assert only(report_of([review]), "own")["what"] == "review"


def test_a_revocation_without_a_kill_switch_is_never_in_effect() -> None:
    revoked = line(0, "POST /v1/revocations", "alice", target="user bob", kill_switch="off", steps={"write": 12.4})
    found = only(report_of([revoked]), "revocations")
    assert (found["vends_stopped_after_ms"], found["in_effect_after_ms"]) == (12, None)


def test_a_kill_switch_that_was_written_before_puts_nothing_into_effect() -> None:
    synced = line(0, "POST /v1/kill-switch/sync", "alice", kill_switch="applied")
    revoked = line(5, "POST /v1/revocations", "alice", target="user bob", kill_switch="partial", steps={})
    assert only(report_of([synced, revoked]), "revocations")["in_effect_after_ms"] is None


def test_rows_of_sessions_say_who_had_what() -> None:
    rows = [*issued(kind=SESSION_KIND, service=None, operation=None), *issued(kind=SESSION_KIND, outcome="failed")]
    found = only(report_of(rows), "access")
    assert (found["user"], found["profile"], found["rule"], found["sessions"]) == (
        "alice",
        "dev-admin",
        "developers",
        1,
    )


def test_a_role_and_a_workload_are_not_asked_to_have_approvals() -> None:
    users = ("role/ci", "github/repo:acme/shop:ref:refs/heads/main", "alice", "corp/alice@example.com")
    report = report_of(each for user in users for each in issued(user=user))
    assert {row[0] for row in report["standing"].rows} == {"alice", "corp/alice@example.com"}


def test_people_approve_each_other_under_whichever_names() -> None:
    other = made_id("another request")
    report = report_of(
        [
            line(1, f"POST /v1/requests/{ID}/approve", "bob", grant_user="alice", grant_status="approved"),
            line(2, f"POST /v1/requests/{other}/approve", "Alice@corp.example", grant_user="bob", grant_id=other),
        ]
    )
    assert [row[-1] for row in report["duties"].rows] == ["yes", "yes"]


def test_the_days_of_a_person_count_together_by_any_rule_and_any_spelling() -> None:
    spelled = [("alice", "old"), ("Alice@example.com", "old"), ("alice", "new"), ("alice+ops", "new")]
    lines = [
        each
        for day, (user, rule) in enumerate(spelled, 1)
        for each in issued(time=f"2026-06-{day:02}T12:00:00Z", user=user, rule=rule)
    ]
    rare = issued(time="2026-06-01T12:00:00Z", user="bob")
    assert [row["user"] for row in report_of([*lines, *rare])["standing"].as_json()] == ["bob"]


def test_access_is_not_called_rare_by_days_of_which_there_are_no_lines() -> None:
    """Both days of a log that begins with them are not rare, though the report is for thirty."""
    every_day = [each for day in range(29, 31) for each in issued(time=f"2026-06-{day}T12:00:00Z")]
    assert report_of(every_day)["standing"].rows == []
