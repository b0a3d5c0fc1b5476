"""Extending an approval: one's own, while its window is open, within the rule's longest time, and ended with it."""

from typing import Any

import pytest

from shared.edge.timestamps import parse_timestamp
from tests.service.admin.conftest import APPROVAL
from tests.service.admin.function import AdminLambda, Answered
from tests.service.emulator import table_name

NONE = "0000000000000000"


def approved(admin: AdminLambda, by: str = "alice", **changes: object) -> str:
    """Give the id of an approval for half an hour of prod whose window is open."""
    request_id = admin.file(by, **({"duration": "30m"} | changes))
    assert admin.approve(request_id).status == 200
    return request_id


def extend(admin: AdminLambda, extended: str, by: str = "alice", **changes: object) -> Answered:
    body = {"profile": "prod", "reason": "it takes longer", "extends": extended, "duration": "1h"}
    return admin.post("/v1/requests", body | changes, by)


def extended_by(admin: AdminLambda, extended: str, by: str = "alice", **changes: object) -> str:
    answered = extend(admin, extended, by, **changes)
    assert answered.status == 201, answered.body
    return str(answered.body["request"]["id"])


def shown(admin: AdminLambda, request_id: str, by: str = "alice") -> dict[str, Any]:
    found: dict[str, Any] = admin.get(f"/v1/requests/{request_id}", by).body["request"]
    return found


def prod_rule(admin: AdminLambda, **changes: object) -> None:
    """Give the rule of prod other words."""
    rules = [rule | changes if rule["name"] == "prod" else rule for rule in APPROVAL["rules"]]
    admin.store("policies/approval", APPROVAL | {"rules": rules})


def outcome(admin: AdminLambda) -> str:
    """Give what a vend of prod would decide now."""
    return str(admin.post("/v1/explain", {"profile": "prod"}).body["outcome"]["result"])


def overwrite(admin: AdminLambda, request_id: str, name: str, value: dict[str, str]) -> None:
    admin.aws("dynamodb").update_item(
        TableName=table_name("grant"),
        Key={"subject": {"S": "user#alice"}, "item": {"S": f"approval#prod#{request_id}"}},
        UpdateExpression="SET #name = :value",
        ExpressionAttributeNames={"#name": name},
        ExpressionAttributeValues={":value": value},
    )


def test_an_extension_follows_the_window_and_access_continues(admin: AdminLambda) -> None:
    first = approved(admin)
    filed = extend(admin, first)
    second = filed.body["request"]["id"]
    assert filed.audit["extends"] == first
    assert (filed.body["request"]["extends"], shown(admin, first)["extended_by"]) == (first, second)
    assert filed.body["request"]["starts_at"] == shown(admin, first)["window"]["ends_at"]
    window = admin.approve(second).body["request"]["window"]
    assert window["starts_at"] == shown(admin, first)["window"]["ends_at"]
    admin.clock.forward(minutes=30)
    assert outcome(admin) == "issue"
    assert f"`sentinel request cancel {second}`" in admin.post(f"/v1/requests/{first}/cancel", by="bob").body["hint"]
    admin.clock.forward(hours=1)
    assert outcome(admin) == "refuse"


def test_approved_later_than_the_window_ends_it_begins_then(admin: AdminLambda) -> None:
    second = extended_by(admin, approved(admin))
    admin.clock.forward(minutes=45)
    window = admin.approve(second).body["request"]["window"]
    assert parse_timestamp(window["starts_at"]) == admin.clock.now


def test_what_is_not_ones_own_looks_like_what_is_not_there(admin: AdminLambda) -> None:
    others, own = approved(admin, by="zoe"), approved(admin)
    answers = [
        extend(admin, NONE),
        extend(admin, others),
        extend(admin, others, by="bob"),
        extend(admin, own, by="alice@corp.example"),
    ]
    assert {(each.status, each.body["message"]) for each in answers} == {(404, answers[0].body["message"])}


def refused(answered: Answered, code: str, words: str) -> dict[str, Any]:
    assert answered.code == code, answered.body
    assert words in answered.body["message"]
    return answered.body


def test_each_other_case_is_refused_with_what_to_do(admin: AdminLambda) -> None:
    waiting = admin.file()
    refused(extend(admin, waiting), "conflict", "is pending until")
    admin.post(f"/v1/requests/{waiting}/cancel")
    once = approved(admin, profile="once")
    refused(extend(admin, once, profile="once"), "conflict", "approval for one vend")
    later = approved(admin, starts_at="2026-11-24T13:00:00Z")
    refused(extend(admin, later), "conflict", "begins at 2026-11-24T13:00:00Z: extend it while its window is open")
    first = approved(admin)
    refused(
        extend(admin, first, profile="once"), "invalid_request", "is for prod: an extension is for the same profile"
    )
    refused(extend(admin, first, starts_at="2026-11-24T13:00:00Z"), "invalid_request", "leave starts_at out")
    refused(extend(admin, "../secrets"), "invalid_request", "'extends'")
    refused(extend(admin, first, duration="91m"), "invalid_request", f"at most 1h30m more after {first}")
    admin.clock.forward(minutes=30)
    over = refused(extend(admin, first), "conflict", "so it is not extended")
    assert "is ended since 2026-11-24T12:30:00Z" in over["message"]
    assert "sentinel request create prod" in over["message"]


def test_one_extension_of_an_approval_is_open_at_a_time(admin: AdminLambda) -> None:
    first = approved(admin)
    second = extended_by(admin, first, duration="15m")
    admin.clock.forward(minutes=5)
    pending = refused(extend(admin, first), "conflict", f"is extended already: request {second}, filed 5m ago for 15m")
    assert (pending["grant_id"], f"sentinel request cancel {second}" in pending["message"]) == (second, True)
    admin.approve(second)
    assert refused(extend(admin, first), "conflict", "is approved, by bob, until")["grant_id"] == second
    refused(extend(admin, second), "conflict", "extend it while its window is open")
    admin.post(f"/v1/requests/{second}/cancel")
    assert shown(admin, first)["status"] == "approved"
    third = extended_by(admin, first)
    assert shown(admin, first)["extended_by"] == third


def test_windows_have_a_longest_sum_that_a_rule_may_raise(admin: AdminLambda) -> None:
    second = extended_by(admin, approved(admin, duration="1h"))
    admin.approve(second)
    admin.clock.forward(hours=1)
    refused(extend(admin, second), "conflict", "have the longest time that prod is given for, 2h")
    prod_rule(admin, extended_max_duration="3h")
    third = extend(admin, second, duration=None)
    assert third.body["request"]["duration_s"] == 3600


def test_a_rule_that_became_stricter_counts_at_the_approval_and_at_the_vend(admin: AdminLambda) -> None:
    first = approved(admin)
    second = extended_by(admin, first)
    prod_rule(admin, max_duration="30m")
    refused(admin.approve(second), "conflict", "worth nothing")
    prod_rule(admin, max_duration="45m")
    window = admin.approve(second).body["request"]["window"]
    assert window["ends_at"] == "2026-11-24T12:45:00Z"
    admin.clock.forward(minutes=30)
    assert outcome(admin) == "issue"
    prod_rule(admin, max_duration="30m")
    assert outcome(admin) == "refuse"


@pytest.mark.parametrize("is_approved", [False, True], ids=["pending", "approved"])
def test_what_was_stopped_does_not_begin_again(admin: AdminLambda, *, is_approved: bool) -> None:
    first = approved(admin)
    second = extended_by(admin, first)
    if is_approved:
        admin.approve(second)
    stopped = admin.post(f"/v1/requests/{first}/cancel", {"comment": "enough"}, by="bob")
    assert stopped.body["extensions_ended"] == stopped.audit["extensions_ended"] == [second]
    ended = shown(admin, second)
    assert ended["status"] == ("withdrawn" if is_approved else "cancelled")
    assert ended["ended"] == {"by": "bob", "at": "2026-11-24T12:00:00Z", "comment": "enough"}
    assert admin.approve(second).code == "conflict"
    admin.clock.forward(minutes=30)
    assert outcome(admin) == "refuse"


def test_what_cannot_be_stopped_together_is_not_stopped_in_part_and_the_answer_says_so(admin: AdminLambda) -> None:
    first = approved(admin)
    second = extended_by(admin, first)
    overwrite(admin, second, "duration_s", {"S": "soon"})
    assert admin.post(f"/v1/requests/{first}/cancel").code == "unavailable"
    assert shown(admin, first)["status"] == "approved"


def test_an_extension_of_what_was_withdrawn_cannot_be_approved(admin: AdminLambda) -> None:
    first = approved(admin)
    second = extended_by(admin, first)
    overwrite(admin, first, "status", {"S": "withdrawn"})
    refused(admin.approve(second), "conflict", f"It extends {first}, which was withdrawn")


def test_an_extension_is_decided_as_any_request(admin: AdminLambda) -> None:
    first = approved(admin, by="alicia")
    assert admin.approve(extended_by(admin, first, by="alicia"), by="alicia").code == "not_permitted"
    own = admin.file("trusty", duration="30m")
    filed = extend(admin, own, by="trusty", duration="30m")
    assert (filed.body["request"]["status"], filed.body["request"]["auto_approved"]) == ("approved", True)
    assert filed.body["request"]["window"]["starts_at"] == "2026-11-24T12:30:00Z"
    admin.store("policies/access", {"version": "1", "rules": [{"name": "all", "effect": "allow", "conditions": {}}]})
    assert "No approval is needed" in extend(admin, own, by="trusty").body["message"]
