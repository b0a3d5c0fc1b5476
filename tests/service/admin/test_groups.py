"""Pushing the members of a group, and seeing which groups one is in."""

from typing import Any

import pytest

from tests.gateway_events import ACCOUNT
from tests.service.admin.conftest import ADMIN, APPROVAL
from tests.service.admin.function import AdminLambda, Answered

ONCALL = "/v1/groups/prod-oncall/members"
PUSH = {"members": ["carol", "dave"], "duration": "8h", "reason": "week 48"}
PAGER = f"arn:aws:sts::{ACCOUNT}:assumed-role/pager/lambda"


@pytest.fixture
def powers(admin: AdminLambda) -> AdminLambda:
    rule = {"name": "pager", "users": ["role/pager", "peter"], "permissions": ["groups"], "may_push": ["*-oncall"]}
    admin.store("policies/admin", ADMIN | {"rules": [*ADMIN["rules"], rule]})
    return admin


def push(admin: AdminLambda, by: str = "peter", **changes: Any) -> Answered:
    return admin.put(ONCALL, PUSH | changes, by)


def own(admin: AdminLambda, user: str) -> dict[str, str]:
    answered = admin.get("/v1/groups", user)
    assert answered.body["user"] == user
    return {each["name"]: each["source"] for each in answered.body["groups"]}


def test_a_push_names_all_members_until_an_instant_and_who_pushed_them(powers: AdminLambda) -> None:
    answered = push(powers)
    assert answered.body == {
        "name": "prod-oncall",
        "members": ["carol", "dave"],
        "until": "2026-11-24T20:00:00Z",
        "pushed_by": "peter",
        "pushed_at": "2026-11-24T12:00:00Z",
        "reason": "week 48",
    }
    assert (answered.audit["group"], answered.audit["members"]) == ("prod-oncall", 2)
    assert own(powers, "carol") == own(powers, "dave") == {"prod-oncall": "push"}
    assert powers.get(ONCALL, "peter").body == powers.get(ONCALL, "olivia").body == answered.body


def test_the_caller_s_permissions_come_with_their_own_groups_and_not_with_others(powers: AdminLambda) -> None:
    assert powers.get("/v1/groups", "peter").body["permissions"] == ["groups"]
    assert powers.get("/v1/groups", "alice").body["permissions"] == []
    assert "read" in powers.get("/v1/groups", "olivia").body["permissions"]
    assert powers.get("/v1/groups", "olivia", user="peter").body["permissions"] is None


def test_a_push_replaces_the_whole_membership_at_once(powers: AdminLambda) -> None:
    push(powers)
    assert push(powers, members=["dave", "erin"]).body["members"] == ["dave", "erin"]
    assert own(powers, "carol") == {}
    assert own(powers, "dave") == own(powers, "erin") == {"prod-oncall": "push"}


def test_a_membership_ends_by_time_and_by_removal(powers: AdminLambda) -> None:
    push(powers)
    powers.clock.forward(hours=8)
    assert own(powers, "carol") == {}
    assert powers.get(ONCALL, "peter").code == powers.delete(ONCALL, "peter").code == "not_found"
    push(powers)
    assert own(powers, "carol") == {"prod-oncall": "push"}
    assert powers.delete(ONCALL, "peter").body["members"] == []
    assert own(powers, "carol") == {}
    assert powers.get(ONCALL, "peter").code == "not_found"


def test_earlier_pushes_are_kept_as_evidence(powers: AdminLambda) -> None:
    push(powers)
    push(powers, members=["erin"])
    powers.delete(ONCALL, "peter")
    pushes = [row for row in powers.rows() if row["subject"]["S"] == "group#prod-oncall"]
    members = [[each["S"] for each in row["members"]["L"]] for row in pushes]
    assert sorted(members) == [[], ["carol", "dave"], ["erin"]]


def test_a_pushed_member_approves_from_their_next_call_on_and_not_after_the_push(powers: AdminLambda) -> None:
    rules = [{"name": "all", "profiles": ["*"], "groups": ["prod-oncall"]}]
    powers.store("policies/approval", APPROVAL | {"rules": rules})
    first, second = powers.file("alice", profile="prod"), powers.file("alice", profile="once")
    assert powers.approve(first, "carol").code == "not_found"
    push(powers)
    assert powers.approve(first, "carol").body["request"]["status"] == "approved"
    powers.delete(ONCALL, "peter")
    assert powers.approve(second, "carol").code == "not_found"


@pytest.mark.parametrize("by", ["alice", "olivia", "walt", "carol"])
def test_without_the_permission_no_one_pushes_or_removes(powers: AdminLambda, by: str) -> None:
    push(powers)
    before = powers.rows()
    for refused in (push(powers, by), powers.delete(ONCALL, by)):
        assert (refused.status, refused.code) == (403, "not_permitted")
        assert "may_push" in refused.body["message"]
    assert powers.rows() == before


def test_the_permission_is_for_the_groups_that_may_push_matches(powers: AdminLambda) -> None:
    refused = powers.put("/v1/groups/platform-admins/members", PUSH | {"members": ["peter"]}, "peter")
    assert (refused.status, refused.code) == (403, "not_permitted")
    assert "peter may push *-oncall" in refused.body["message"]
    assert powers.rows() == []
    assert push(powers, PAGER).status == 200


@pytest.mark.parametrize("name", ["corp|x", "a b", "x" * 65, "*-oncall", ".."])
def test_a_name_that_no_pushed_group_can_have_is_refused(powers: AdminLambda, name: str) -> None:
    path = f"/v1/groups/{name}/members"
    refused = [powers.put(path, PUSH, "peter"), powers.delete(path, "peter"), powers.get(path, "peter")]
    assert {each.code for each in refused} == {"invalid_request"}
    assert powers.rows() == []


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"members": []}, "members"),
        ({"members": ["carol", "carol"]}, "listed twice"),
        ({"members": ["*"]}, "no caller can have this name"),
        ({"members": ["v\u0435ra"]}, "no caller can have this name"),
        ({"members": [f"user{number}" for number in range(50)]}, "at most 49"),
        ({"duration": "4m"}, "write 5m to 168h"),
        ({"duration": "169h"}, "write 5m to 168h"),
        ({"reason": ""}, "reason"),
        ({"groups": ["x"]}, "groups"),
    ],
)
def test_a_push_that_is_not_valid_writes_nothing(powers: AdminLambda, changed: dict[str, Any], words: str) -> None:
    refused = push(powers, **changed)
    assert (refused.status, refused.code) == (400, "invalid_request")
    assert words in refused.body["message"]
    assert powers.rows() == []


def test_as_many_members_as_may_be_are_replaced_by_as_many_others(powers: AdminLambda) -> None:
    before, after = ([f"{kind}{number}" for number in range(49)] for kind in ("old", "new"))
    assert push(powers, members=before).status == push(powers, members=after).status == 200
    assert own(powers, "old48") == {}
    assert own(powers, "new48") == {"prod-oncall": "push"}


def test_the_groups_of_another_take_the_permission_read(powers: AdminLambda) -> None:
    push(powers)
    assert powers.get("/v1/groups", "alice", user="carol").code == "not_permitted"
    assert powers.get(ONCALL, "alice").code == "not_permitted"
    seen = powers.get("/v1/groups", "olivia", user="carol").body
    assert [each["name"] for each in seen["groups"]] == ["prod-oncall"]
    assert seen["groups"][0]["until"] == "2026-11-24T20:00:00Z"
    assert not seen["is_complete"]


def test_a_row_that_contradicts_itself_decides_nothing(powers: AdminLambda) -> None:
    push(powers)
    [row] = [row for row in powers.rows() if row["subject"]["S"] == "user#carol"]
    stolen = row | {"subject": {"S": "user#mallory"}}
    powers.aws("dynamodb").put_item(TableName="sentinel-grants", Item=stolen)
    refused = powers.get("/v1/groups", "mallory")
    assert (refused.status, refused.code) == (503, "unavailable")


def test_an_explanation_knows_the_groups_of_another_user(powers: AdminLambda) -> None:
    conditions = {"profiles": ["dev"], "groups": ["prod-oncall"]}
    rule = {"name": "on-call", "effect": "allow", "conditions": conditions}
    powers.store("policies/access", {"version": "1", "rules": [rule]})
    push(powers)

    def outcome(**asked: Any) -> str:
        body = {"profile": "dev", "account": ACCOUNT, **asked}
        return str(powers.post("/v1/explain", body, "olivia").body["outcome"]["result"])

    assert [outcome(user=user) for user in ("carol", "erin")] == ["issue", "refuse"]
    assert outcome(user="carol", groups=["other"]) == "refuse"
    assert outcome(user="carol", at="2026-11-24T20:00:00Z") == "refuse"
