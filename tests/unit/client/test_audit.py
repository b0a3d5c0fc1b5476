"""Every credential of a protected role must have a session's row."""

import json
from typing import Any

import pytest

from sentinel.audit import PROTECTED_ROLES, claimed_stamp, find_doubt, protected_role
from sentinel.cli import run_command_line
from sentinel.cloudtrail import CloudTrail
from sentinel.sessions import Session
from tests.unit.client.session_service import ID, OTHER_ID, ROLE, STAMP, SessionService, a_session
from tests.unit.client.trail_events import History, a_vend, an_event, history, parsed

OTHER_ROLE = "arn:aws:iam::111122223333:role/sentinel/protected/other"
ASKING: dict[str, Any] = {
    "eventName": "AssumeRole",
    "requestParameters": {"roleArn": OTHER_ROLE, "roleSessionName": "x"},
}
VERIFY = ["audit", "verify", "--since", "2026-03-01T00:00:00Z", "--until", "2026-03-02T00:00:00Z"]


def doubt(event: dict[str, Any], **changes: Any) -> str | None:
    return find_doubt(parsed(event), ROLE, Session.model_validate(a_session(**changes)))


def test_a_vend_is_explained_by_its_row() -> None:
    assert doubt(a_vend()) is None
    assert doubt(a_vend(), status="revoked") is None


@pytest.mark.parametrize(
    ("event", "row", "why"),
    [
        (a_vend(stamp=None), {}, "not one of Sentinel's"),
        (a_vend(stamp="alice"), {}, "not one of Sentinel's"),
        (
            a_vend(eventName="AssumeRoleWithWebIdentity", requestParameters={"roleArn": ROLE}),
            {},
            "not one of Sentinel's",
        ),
        (a_vend(stamp=f"sentinel-a-{ID}-alice"), {}, "another stamp"),
        (a_vend(), {"role_arn": OTHER_ROLE}, "of another role"),
        (a_vend(), {"issued_at": "2026-03-01T12:05:01Z"}, "issued at another time"),
        (a_vend(), {"issued_at": "2026-03-01T11:54:59Z"}, "issued at another time"),
        (a_vend(), {"status": "failed"}, "nothing was issued"),
    ],
)
def test_a_vend_whose_row_tells_another_story_is_not_explained(
    event: dict[str, Any], row: dict[str, Any], why: str
) -> None:
    assert why in (doubt(event, **row) or "")


def test_a_vend_that_aws_refused_is_explained_by_its_failed_row() -> None:
    assert doubt(a_vend(errorCode="ThrottlingException"), status="failed") is None


def test_an_event_without_a_row_is_not_explained() -> None:
    assert find_doubt(parsed(a_vend()), ROLE, None) == f"there is no session {ID}"


def test_a_chained_call_is_explained_by_the_session_it_came_from() -> None:
    assert doubt(an_event(30, **ASKING)) is None


@pytest.mark.parametrize(
    ("event", "why"),
    [
        (an_event(30, issuer=OTHER_ROLE, **ASKING), "caller's role is not that of session"),
        (an_event(30, eventTime="2026-03-01T13:06:00Z", **ASKING), "not live then"),
        (an_event(30, source_identity="alice", **ASKING), "not one of Sentinel's"),
    ],
)
def test_a_chained_call_from_elsewhere_is_not_explained(event: dict[str, Any], why: str) -> None:
    assert why in (doubt(event) or "")


def test_what_a_chain_inherited_counts_and_not_what_it_asks_for() -> None:
    event = an_event(1, source_identity="mallory", requestParameters={"roleArn": ROLE, "sourceIdentity": STAMP})
    assert claimed_stamp(parsed(event)) is None


@pytest.mark.parametrize("role", [ROLE, ROLE.replace(":aws:", ":aws-cn:")])
def test_roles_are_protected_by_their_path(role: str) -> None:
    assert protected_role(parsed(a_vend(role=role)), PROTECTED_ROLES) == role


@pytest.mark.parametrize("role", ["arn:aws:iam::111122223333:role/admin", "sentinel/protected/prod"])
def test_roles_elsewhere_are_not_protected(role: str) -> None:
    assert protected_role(parsed(a_vend(role=role)), PROTECTED_ROLES) is None


@pytest.fixture
def region(monkeypatch: pytest.MonkeyPatch, sessions: SessionService) -> History:
    found = History({("EventName", "AssumeRole"): [a_vend(1), a_vend(2, role="arn:aws:iam::1:role/admin")]})

    def open_it(*_: object) -> CloudTrail:
        return history(found)

    monkeypatch.setattr("sentinel.trail_options.open_cloudtrail", open_it)
    sessions.answer("GET", "/v1/sessions", {"sessions": [], "next_cursor": None})
    sessions.answer("GET", f"/v1/sessions/{ID}", {"session": a_session()})
    return found


@pytest.mark.usefixtures("region")
def test_an_account_whose_events_all_have_sessions_passes(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(VERIFY) == 0
    assert "1 events on protected roles, 0 unexplained" in capsys.readouterr().err


def test_an_unexplained_event_fails_and_is_shown(
    region: History, sessions: SessionService, capsys: pytest.CaptureFixture[str]
) -> None:
    stranger = a_vend(3, stamp=f"sentinel-d-{OTHER_ID}-alice")
    region.events["EventName", "AssumeRole"] = [a_vend(1), stranger, stranger, a_vend(4)]
    assert run_command_line([*VERIFY, "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["checked"] == 3
    assert [found["event"]["id"] for found in told["unexplained"]] == ["event-3"]
    assert [path for _, path, _ in sessions.asked] == [
        "/v1/sessions",
        f"/v1/sessions/{ID}",
        f"/v1/sessions/{OTHER_ID}",
    ]
    assert run_command_line(VERIFY) == 1
    assert "event-3" in capsys.readouterr().out


def test_other_roles_are_checked_when_named(region: History, capsys: pytest.CaptureFixture[str]) -> None:
    region.events["EventName", "AssumeRoleWithSAML"] = [a_vend(9, role="arn:aws:iam::1:role/x", stamp=None)]
    assert run_command_line([*VERIFY, "--role", "arn:aws:iam::1:role/x"]) == 1
    assert "1 events on protected roles, 1 unexplained" in capsys.readouterr().err


def test_an_auditor_who_may_not_see_all_sessions_is_told_so(
    region: History, sessions: SessionService, capsys: pytest.CaptureFixture[str]
) -> None:
    assert region.error is None
    refused = {"code": "not_permitted", "message": "this takes the permission to read"}
    sessions.answer("GET", "/v1/sessions", refused, status=403)
    assert run_command_line(VERIFY) == 1
    assert "permission to read" in capsys.readouterr().err


def test_a_denied_look_up_fails_the_audit(region: History, capsys: pytest.CaptureFixture[str]) -> None:
    region.error = "AccessDeniedException"
    assert run_command_line(VERIFY) == 1
    assert "may not look up CloudTrail events" in capsys.readouterr().err


@pytest.mark.parametrize("since", ["tomorrow", "2026-03-03T00:00:00Z"])
def test_a_time_that_cannot_be_is_a_misuse(sessions: SessionService, since: str) -> None:
    assert run_command_line([*VERIFY[:3], since, *VERIFY[4:]]) == 2
    assert sessions.asked == []
