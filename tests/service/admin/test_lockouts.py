"""Lockouts: nobody, or nothing of a profile, or nothing at all is vended."""

import pytest

from tests.service.admin.function import AdminLambda

REASON = {"reason": "laptop stolen"}
LOCKOUTS = "/v1/lockouts"


@pytest.mark.parametrize("whose", [{"user": "alice"}, {"profile": "prod"}, {"all": True}], ids=str)
def test_a_lockout_stops_requests_until_it_is_lifted(admin: AdminLambda, whose: dict[str, object]) -> None:
    assert admin.post(LOCKOUTS, whose | REASON, "walt").status == 200
    assert admin.post("/v1/requests", {"profile": "prod", "reason": "fix"}).code == "locked_out"
    query = {name: "true" if value is True else value for name, value in whose.items()}
    lifted = admin.delete(LOCKOUTS, "wanda", comment="found it", **query).body["lockout"]["lifted"]
    assert (lifted["by"], lifted["comment"]) == ("wanda", "found it")
    assert admin.post("/v1/requests", {"profile": "prod", "reason": "fix"}).status == 201


def test_a_lockout_ends_by_itself_where_it_has_a_duration(admin: AdminLambda) -> None:
    admin.post(LOCKOUTS, {"user": "alice", "duration": "1h"} | REASON, "walt")
    admin.clock.forward(hours=1)
    assert admin.get(LOCKOUTS, "walt").body["lockouts"] == []
    assert admin.post("/v1/requests", {"profile": "prod", "reason": "fix"}).status == 201


def test_to_lock_twice_changes_nothing_and_is_no_error(admin: AdminLambda) -> None:
    first = admin.post(LOCKOUTS, {"user": "alice"} | REASON, "walt").body["lockout"]
    again = admin.post(LOCKOUTS, {"user": "alice", "duration": "1h", "reason": "again"}, "wanda")
    assert again.body["lockout"] == first


def test_a_longer_lockout_replaces_a_shorter_one_and_keeps_it_as_evidence(admin: AdminLambda) -> None:
    admin.post(LOCKOUTS, {"user": "alice", "duration": "1h"} | REASON, "walt")
    longer = admin.post(LOCKOUTS, {"user": "alice", "duration": "2h", "reason": "more"}, "wanda").body["lockout"]
    assert longer["ends_at"] == "2026-11-24T14:00:00Z"
    assert sorted(row["reason"]["S"] for row in admin.rows()) == ["laptop stolen", "more"]
    assert len(admin.get(LOCKOUTS, "walt").body["lockouts"]) == 1


def test_what_is_not_locked_cannot_be_unlocked(admin: AdminLambda) -> None:
    assert admin.delete(LOCKOUTS, "walt", user="alice").code == "conflict"


@pytest.mark.parametrize("by", ["walt", "Walt@corp.example"])
def test_nobody_lifts_their_own_lockout_under_any_name(admin: AdminLambda, by: str) -> None:
    rule = {"name": "all", "users": ["*"], "permissions": ["lock"]}
    admin.store("policies/admin", {"version": "1", "rules": [rule]})
    admin.post(LOCKOUTS, {"user": "walt"} | REASON, "wanda")
    assert admin.delete(LOCKOUTS, by, user="walt").code == "not_permitted"


def test_who_is_locked_out_lifts_nobodys_lockout(admin: AdminLambda) -> None:
    admin.post(LOCKOUTS, {"user": "walt"} | REASON, "wanda")
    admin.post(LOCKOUTS, {"user": "alice"} | REASON, "wanda")
    assert admin.delete(LOCKOUTS, "walt", user="alice").code == "not_permitted"
    assert admin.delete(LOCKOUTS, "wanda", user="alice").status == 200


@pytest.mark.parametrize("by", ["alice", "olivia", "sam"])
def test_locking_takes_the_permission_to_lock(admin: AdminLambda, by: str) -> None:
    assert admin.post(LOCKOUTS, {"user": "alice"} | REASON, by).code == "not_permitted"
    assert admin.delete(LOCKOUTS, by, user="alice").code == "not_permitted"


@pytest.mark.parametrize("by", ["olivia", "sam", "walt"])
def test_lockouts_are_listed_newest_first(admin: AdminLambda, by: str) -> None:
    admin.post(LOCKOUTS, {"user": "alice"} | REASON, "walt")
    admin.clock.forward(minutes=1)
    admin.post(LOCKOUTS, {"all": True} | REASON, "walt")
    assert [(each["target"], each["name"]) for each in admin.get(LOCKOUTS, by).body["lockouts"]] == [
        ("all", None),
        ("user", "alice"),
    ]


def test_lockouts_are_not_for_everybodys_eyes(admin: AdminLambda) -> None:
    assert admin.get(LOCKOUTS).code == "not_permitted"


def test_a_lockout_is_audited_with_whom_it_is_about(admin: AdminLambda) -> None:
    assert admin.post(LOCKOUTS, {"user": "alice"} | REASON, "walt").audit["target"] == "user alice"
