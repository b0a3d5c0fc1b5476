"""Ending what STS has issued: one session, or all sessions of a user."""

from datetime import timedelta

import pytest

from shared.aws.dynamodb.revocations import RevocationTable
from shared.aws.errors import UnavailableError
from shared.core.session import SessionStatus
from tests.service.admin.function import AdminLambda

REASON = {"reason": "laptop stolen"}


def revoke_path(session_id: str) -> str:
    return f"/v1/sessions/{session_id}/revoke"


@pytest.mark.parametrize("by", ["sam", "alice"])
def test_a_session_is_revoked_by_who_may_and_by_its_user(admin: AdminLambda, by: str) -> None:
    row = admin.vended(1)
    answered = admin.post(revoke_path(row.session_id), REASON, by)
    assert answered.status == 200
    assert answered.body["session"]["status"] == "revoked"
    stored = admin.session(row)
    assert stored.revoked is not None
    assert (stored.status, stored.revoked.by, stored.revoked.comment) == (SessionStatus.REVOKED, by, "laptop stolen")


def test_a_revocation_is_audited_with_session_user_and_kill_switch(admin: AdminLambda) -> None:
    row = admin.vended(1)
    audit = admin.post(revoke_path(row.session_id), REASON, "sam").audit
    assert (audit["session_id"], audit["session_user"], audit["stamp"]) == (row.session_id, "alice", row.stamp)
    assert audit["kill_switch"] == "off"


def test_to_revoke_twice_changes_nothing_and_is_no_error(admin: AdminLambda) -> None:
    row = admin.vended(1)
    admin.post(revoke_path(row.session_id), REASON, "sam")
    again = admin.post(revoke_path(row.session_id), {"reason": "again"}, "walt")
    assert again.status == 200
    assert again.body["session"]["revoked"]["by"] == "sam"


def test_what_was_revoked_before_is_not_notified_again(admin: AdminLambda) -> None:
    row = admin.vended(1)
    assert "notify" in admin.post(revoke_path(row.session_id), REASON, "sam").audit["steps"]
    assert "notify" not in admin.post(revoke_path(row.session_id), REASON, "sam").audit["steps"]


def test_who_may_only_read_does_not_revoke(admin: AdminLambda) -> None:
    row = admin.vended(1)
    assert admin.post(revoke_path(row.session_id), REASON, "olivia").code == "not_permitted"
    assert admin.session(row).status is SessionStatus.ACTIVE


def test_no_one_else_learns_that_a_session_exists(admin: AdminLambda) -> None:
    assert admin.post(revoke_path(admin.vended(1).session_id), REASON, "bob").code == "not_found"


def test_what_has_ended_cannot_be_revoked(admin: AdminLambda) -> None:
    row = admin.vended(1, ends_at=admin.clock.now)
    assert "ended at" in admin.post(revoke_path(row.session_id), REASON, "sam").body["message"]


def test_what_was_never_issued_cannot_be_revoked(admin: AdminLambda) -> None:
    row = admin.vended(1, status=SessionStatus.FAILED)
    assert "issued nothing" in admin.post(revoke_path(row.session_id), REASON, "sam").body["message"]


@pytest.mark.parametrize(
    "body", [{}, {"reason": ""}, {"reason": "x", "lock_for": "1s"}, {"reason": "x", "a": 1}], ids=str
)
def test_a_wish_that_cannot_be_read_is_refused(admin: AdminLambda, body: object) -> None:
    assert admin.post(revoke_path(admin.vended(1).session_id), body, "sam").code == "invalid_request"


def test_a_lockout_comes_with_it_where_it_is_asked_for(admin: AdminLambda) -> None:
    row = admin.vended(1)
    answered = admin.post(revoke_path(row.session_id), REASON | {"lock_for": "2h"}, "walt")
    assert answered.body["lockout"]["name"] == "alice"
    assert answered.body["lockout"]["ends_at"] == "2026-11-24T14:00:00Z"
    assert admin.post("/v1/requests", {"profile": "prod", "reason": "fix"}).code == "locked_out"


def test_a_lockout_takes_the_permission_to_lock(admin: AdminLambda) -> None:
    row = admin.vended(1)
    assert admin.post(revoke_path(row.session_id), REASON | {"lock_for": "2h"}, "sam").code == "not_permitted"
    assert admin.session(row).status is SessionStatus.ACTIVE


@pytest.mark.parametrize(
    ("whose", "revoked"),
    [({"user": "alice"}, {1, 2}), ({"profile": "vault"}, {2, 3}), ({"all": True}, {1, 2, 3, 4})],
    ids=str,
)
def test_a_revocation_of_many_reaches_all_of_them_and_no_others(
    admin: AdminLambda, whose: dict[str, object], revoked: set[int]
) -> None:
    rows = {
        1: admin.vended(1),
        2: admin.vended(2, profile="vault"),
        3: admin.vended(3, user="bob", profile="vault"),
        4: admin.vended(4, user="bob"),
    }
    answered = admin.post("/v1/revocations", whose | REASON, "sam")
    assert (answered.body["revocation"]["marked"], answered.body["revocation"]["complete"]) == (len(revoked), True)
    assert {n for n, row in rows.items() if admin.session(row).status is SessionStatus.REVOKED} == revoked


def test_a_revocation_of_all_reaches_what_was_issued_before_midnight(admin: AdminLambda) -> None:
    admin.clock.now = admin.clock.now.replace(hour=0, minute=5)
    row = admin.vended(1, issued_at=admin.clock.now - timedelta(minutes=30))
    admin.post("/v1/revocations", {"all": True} | REASON, "sam")
    assert admin.session(row).status is SessionStatus.REVOKED


def test_while_vends_are_under_way_no_new_one_begins(admin: AdminLambda) -> None:
    lockout = admin.post("/v1/revocations", {"user": "alice"} | REASON, "sam").body["lockout"]
    assert lockout["ends_at"] == "2026-11-24T12:00:31Z"
    assert admin.post("/v1/requests", {"profile": "prod", "reason": "fix"}).code == "locked_out"
    admin.clock.forward(seconds=31)
    assert admin.post("/v1/requests", {"profile": "prod", "reason": "fix"}).status == 201


def test_a_lockout_that_lasts_longer_is_left_alone(admin: AdminLambda) -> None:
    admin.post("/v1/lockouts", {"user": "alice"} | REASON, "walt")
    lockout = admin.post("/v1/revocations", {"user": "alice", "reason": "again"}, "sam").body["lockout"]
    assert (lockout["ends_at"], lockout["by"]) == (None, "walt")


def test_anyone_revokes_everything_of_their_own(admin: AdminLambda) -> None:
    row = admin.vended(1)
    assert admin.post("/v1/revocations", {"user": "alice"} | REASON, "alice").status == 201
    assert admin.session(row).status is SessionStatus.REVOKED


@pytest.mark.parametrize("whose", [{"user": "bob"}, {"profile": "prod"}, {"all": True}], ids=str)
@pytest.mark.parametrize("by", ["alice", "olivia"])
def test_more_than_that_takes_the_permission_to_revoke(admin: AdminLambda, whose: dict[str, object], by: str) -> None:
    assert admin.post("/v1/revocations", whose | REASON, by).code == "not_permitted"


@pytest.mark.parametrize(
    "body",
    [REASON, REASON | {"user": "a", "all": True}, REASON | {"all": False}, {"user": "a"}, REASON | {"profile": "a/b"}],
    ids=str,
)
def test_what_is_not_about_exactly_one_is_refused(admin: AdminLambda, body: object) -> None:
    assert admin.post("/v1/revocations", body, "sam").code == "invalid_request"


def test_marking_goes_on_where_it_stopped(admin: AdminLambda, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [admin.vended(number, issued_at=admin.clock.now - timedelta(seconds=number)) for number in range(1, 6)]
    monkeypatch.setattr("services.admin.revocations.marking._A_PAGE", 2)
    monkeypatch.setattr("services.admin.revocations.marking._MOST_PAGES", 1)
    first = admin.post("/v1/revocations", {"user": "alice"} | REASON, "sam").body["revocation"]
    assert (first["marked"], first["complete"]) == (2, False)
    path = f"/v1/revocations/{first['id']}/continue"
    progress = [admin.post(path, by="walt").body["revocation"] for _ in range(3)]
    assert [step["marked"] for step in progress] == [4, 5, 5]
    assert progress[-1]["complete"]
    assert {admin.session(row).status for row in rows} == {SessionStatus.REVOKED}


def test_a_revocation_holds_though_its_rows_cannot_be_marked(
    admin: AdminLambda, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = admin.vended(1)
    with monkeypatch.context() as broken:
        broken.setattr(RevocationTable, "mark_revoked", _fail)
        answered = admin.post("/v1/revocations", {"user": "alice"} | REASON, "sam")
    assert (answered.status, answered.body["revocation"]["complete"]) == (201, False)
    assert "the table is away" in answered.audit["detail"]
    assert admin.get(f"/v1/sessions/{row.session_id}").body["session"]["status"] == "revoked"
    again = admin.post(f"/v1/revocations/{answered.body['revocation']['id']}/continue", by="sam")
    assert (again.body["revocation"]["marked"], again.body["revocation"]["complete"]) == (1, True)


async def _fail(*_: object) -> bool:
    raise UnavailableError("dynamodb", "the table is away")


@pytest.mark.parametrize("by", ["alice", "olivia"])
def test_going_on_takes_the_same_permission(admin: AdminLambda, by: str) -> None:
    begun = admin.post("/v1/revocations", {"all": True} | REASON, "sam").body["revocation"]
    assert admin.post(f"/v1/revocations/{begun['id']}/continue", by=by).code == "not_found"


def test_a_cutoff_never_moves_back(admin: AdminLambda) -> None:
    later = admin.post("/v1/revocations", {"user": "alice"} | REASON, "sam").body["revocation"]["issued_until"]
    admin.clock.forward(seconds=-20)
    again = admin.post("/v1/revocations", {"user": "alice"} | REASON, "sam").body["revocation"]["issued_until"]
    assert again == later
