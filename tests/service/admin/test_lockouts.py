"""Lockouts: nothing is vended to a person, of a profile, or at all."""

import pytest

from tests.service.admin.function import AdminLambda
from tests.service.emulator import table_name

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


@pytest.mark.parametrize("lasts", ["1m", "8h", None])
def test_who_revokes_their_own_sessions_does_not_speak_over_a_lockout(admin: AdminLambda, lasts: str | None) -> None:
    duration = {} if lasts is None else {"duration": lasts}
    locked = admin.post(LOCKOUTS, {"user": "alice", "reason": "SEC-77"} | duration, "walt").body["lockout"]
    admin.clock.forward(seconds=40)
    assert admin.post("/v1/revocations", {"user": "alice", "reason": "routine, nothing to see"}).status == 201
    assert locked in admin.get(LOCKOUTS, "walt").body["lockouts"]


@pytest.mark.parametrize("whose", [{"profile": "prod"}, {"all": True}, {"user": "alice"}], ids=str)
def test_a_revocation_moves_the_end_of_a_lockout_and_leaves_its_author_and_reason(
    admin: AdminLambda, whose: dict[str, object]
) -> None:
    first = admin.post("/v1/revocations", whose | {"reason": "SEC-77"}, "walt").body["lockout"]
    admin.clock.forward(seconds=20)
    admin.post("/v1/revocations", whose | {"reason": "again"}, "sam")
    [listed] = admin.get(LOCKOUTS, "walt").body["lockouts"]
    assert (listed["id"], listed["by"], listed["reason"], listed["at"]) == (first["id"], "walt", "SEC-77", first["at"])
    assert listed["ends_at"] > first["ends_at"]


@pytest.mark.parametrize("locked", ["alice", "Alice", "alice@corp.example", "federated/alice+x"])
def test_a_lockout_is_found_and_lifted_in_every_spelling(admin: AdminLambda, locked: str) -> None:
    admin.post(LOCKOUTS, {"user": locked} | REASON, "walt")
    again = admin.post(LOCKOUTS, {"user": "ALICE+y", "reason": "again"}, "wanda").body["lockout"]
    assert (again["name"], again["by"]) == (locked, "walt")
    assert admin.delete(LOCKOUTS, "wanda", user="alice@other.example").body["lockout"]["lifted"]["by"] == "wanda"
    assert admin.get(LOCKOUTS, "walt").body["lockouts"] == []
    assert admin.post("/v1/requests", {"profile": "prod", "reason": "fix"}).status == 201


def locked_before(admin: AdminLambda, name: str) -> None:
    """Plant a lockout as a version wrote it that knew names and no persons."""
    row = {
        "subject": f"user#{name}",
        "item": "lockout##",
        "lockout_id": "0" * 16,
        "target": "user",
        "name": name,
        "reason": "stolen",
        "locked_by": "walt",
        "status": "active",
        "open_kind": "lockout",
    }
    item = {key: {"S": value} for key, value in row.items()} | {"created_at": {"N": "1764000000"}}
    admin.aws("dynamodb").put_item(TableName=table_name("grant"), Item=item)


@pytest.mark.parametrize("name", ["Alice@corp.example", "alice", "alice "])
def test_a_lockout_that_an_earlier_version_wrote_is_listed_and_lifted_by_its_name(
    admin: AdminLambda, name: str
) -> None:
    locked_before(admin, name)
    assert [each["name"] for each in admin.get(LOCKOUTS, "walt").body["lockouts"]] == [name]
    assert admin.delete(LOCKOUTS, "walt", user=name).body["lockout"]["lifted"]["by"] == "walt"
    assert admin.get(LOCKOUTS, "walt").body["lockouts"] == []


def test_what_is_not_locked_cannot_be_unlocked(admin: AdminLambda) -> None:
    assert admin.delete(LOCKOUTS, "walt", user="alice").code == "conflict"


@pytest.mark.parametrize("by", ["walt", "Walt@corp.example"])
def test_no_one_lifts_their_own_lockout_under_any_name(admin: AdminLambda, by: str) -> None:
    rule = {"name": "all", "users": ["*"], "permissions": ["lock"]}
    admin.store("policies/admin", {"version": "1", "rules": [rule]})
    admin.post(LOCKOUTS, {"user": "walt"} | REASON, "wanda")
    assert admin.delete(LOCKOUTS, by, user="walt").code == "locked_out"


def test_no_one_lifts_what_an_earlier_version_locked_under_another_of_their_names(admin: AdminLambda) -> None:
    locked_before(admin, "Wanda@corp.example")
    assert admin.delete(LOCKOUTS, "wanda", user="Wanda@corp.example").code == "locked_out"
    assert admin.delete(LOCKOUTS, "walt", user="Wanda@corp.example").status == 200


def test_who_is_locked_out_lifts_nobodys_lockout(admin: AdminLambda) -> None:
    admin.post(LOCKOUTS, {"user": "walt"} | REASON, "wanda")
    admin.post(LOCKOUTS, {"user": "alice"} | REASON, "wanda")
    assert admin.delete(LOCKOUTS, "walt", user="alice").code == "locked_out"
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


def test_a_refused_list_of_lockouts_promises_no_list_of_ones_own(admin: AdminLambda) -> None:
    refused = admin.get("/v1/lockouts")
    assert refused.code == "not_permitted"
    assert "your own" not in refused.body["message"]
