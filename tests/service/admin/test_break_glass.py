"""Breaking glass: beginning, closing, reviewing."""

from itertools import pairwise
from typing import Any

import pytest

from tests.gateway_events import ACCOUNT
from tests.service.admin.conftest import ACCESS, BREAK_GLASS
from tests.service.admin.function import AdminLambda, Answered
from tests.service.emulator import table_name

EMERGENCY = {"profile": "prod", "reason": "incident", "justification": "the payment service is down"}


def refused(admin: AdminLambda, path: str, code: str, by: str, body: object = None) -> str:
    """Check for a refusal with this code, that is audited and has changed nothing; give its message."""
    before = admin.rows()
    answered = admin.post(path, body, by)
    assert answered.code == code, answered.body
    assert (answered.audit["outcome"], answered.audit["code"]) == ("refused", code)
    assert admin.rows() == before
    return str(answered.body["message"])


def not_begun(admin: AdminLambda, code: str, by: str = "alice", **changes: object) -> str:
    return refused(admin, "/v1/break-glass", code, by, EMERGENCY | changes)


def test_an_event_begins_at_once(admin: AdminLambda) -> None:
    answered = admin.break_glass(duration="30m")
    event = answered.body["event"]
    assert (answered.status, event["status"], event["rule"]) == (201, "active", "on-call")
    assert event["window"] == {"starts_at": "2026-11-24T12:00:00Z", "ends_at": "2026-11-24T12:30:00Z"}
    assert (event["review_required"], event["review"], event["ended"]) == (True, None, None)
    assert (answered.audit["grant_id"], answered.audit["grant_status"]) == (event["id"], "active")


def test_what_the_access_policy_gives_needs_no_breaking(admin: AdminLambda) -> None:
    assert "sentinel exec dev" in not_begun(admin, "conflict", profile="dev")


def test_what_no_rule_gives_can_be_reached_where_the_break_glass_policy_says_so(admin: AdminLambda) -> None:
    assert admin.break_glass(profile="unruled").status == 201


def test_a_deny_that_does_not_yield_stays_a_deny(admin: AdminLambda) -> None:
    assert "no-mallory" in not_begun(admin, "denied", by="mallory")


@pytest.mark.parametrize(
    ("by", "changes", "words"),
    [
        ("zoe", {}, "No rule of the break-glass policy"),
        ("alice", {"profile": "unknown"}, "or it does not exist"),
        ("alice", {"reason": "maintenance"}, "only for: incident, security"),
        ("heidi", {}, "at this time"),
    ],
)
def test_what_the_policy_does_not_provide_for_is_denied(
    admin: AdminLambda, by: str, changes: dict[str, object], words: str
) -> None:
    assert words in refused(admin, "/v1/break-glass", "denied", by, EMERGENCY | changes)


def test_without_a_policy_no_one_breaks_glass(admin: AdminLambda) -> None:
    admin.aws("ssm").delete_parameter(Name="/sentinel/policies/break-glass")
    not_begun(admin, "denied")


@pytest.mark.parametrize("subject", ["user#alice", "profile#prod", "all"])
def test_a_lockout_is_not_broken(admin: AdminLambda, subject: str) -> None:
    admin.lock_out(subject)
    not_begun(admin, "locked_out")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reason": "boredom"}, "must be one of incident, maintenance"),
        ({"reason": None}, "'reason'"),
        ({"justification": "too short"}, "at least 20 characters"),
        ({"justification": " " * 25}, "at least 20 characters"),
        ({"justification": "x" * 1001}, "at most 1000 characters"),
        ({"justification": None}, "must be text"),
        ({"duration": "2h"}, "at most 1h"),
        ({"duration": 30}, "at least 1m"),
        ({"profile": 5}, "'profile' must be text"),
        ({"ticket": "INC-1"}, "'ticket' is not known here"),
    ],
)
def test_an_emergency_that_cannot_be_read_is_refused_by_name(
    admin: AdminLambda, changes: dict[str, Any], words: str
) -> None:
    assert words in not_begun(admin, "invalid_request", **changes)


@pytest.mark.parametrize("missing", EMERGENCY)
def test_a_missing_field_is_named(admin: AdminLambda, missing: str) -> None:
    body = {name: value for name, value in EMERGENCY.items() if name != missing}
    assert f"'{missing}' is missing" in refused(admin, "/v1/break-glass", "invalid_request", "alice", body)


def test_an_unreviewed_event_blocks_the_next(admin: AdminLambda) -> None:
    event_id = admin.began()
    admin.clock.forward(hours=30)
    assert f"sentinel break-glass review {event_id}" in not_begun(admin, "conflict", profile="unruled")
    assert admin.post(f"/v1/break-glass/{event_id}/review", by="bob").status == 200
    assert admin.break_glass(profile="unruled").status == 201


def test_a_cooldown_runs_from_the_end_of_the_last_event(admin: AdminLambda) -> None:
    event_id = admin.began(by="grace")
    admin.clock.forward(minutes=10)
    admin.post(f"/v1/break-glass/{event_id}/close", by="grace")
    assert "before 2026-11-24T14:10:00Z" in not_begun(admin, "conflict", by="grace")
    admin.clock.forward(hours=2)
    assert admin.break_glass(by="grace").status == 201


def test_budgets_of_user_and_profile_are_counted_over_a_rolling_window(admin: AdminLambda) -> None:
    admin.began(by="erin")
    admin.clock.forward(hours=12)
    admin.began(by="erin")
    assert "erin has broken glass as often" in not_begun(admin, "conflict", by="erin")
    admin.began(by="frank")
    assert "prod was reached as often" in not_begun(admin, "conflict", by="frank")
    admin.clock.forward(hours=12)
    assert admin.break_glass(by="frank").status == 201


SSO = f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_Dev_0123456789abcdef"
SPELLINGS = ["ERIN", "erin+oncall", f"{SSO}/Erin@corp.example", f"{SSO}/erin+x@sec.example"]


def for_erin(admin: AdminLambda, **rule: object) -> None:
    """Let erin break glass for prod under every name of hers, and a role."""
    users = ["erin", "ERIN", "erin+oncall", "Erin@corp.example", "erin+x@sec.example", "federated/*", "role/*"]
    counted = {"name": "counted", "users": users, "profiles": ["prod"], "reasons": ["incident"]}
    admin.store("policies/break-glass", {"version": "1", "rules": [counted | rule]})


@pytest.mark.parametrize(("first", "other"), [*pairwise(["erin", *SPELLINGS, "erin"])])
@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"budget": {"per_user": 1, "window": "24h"}}, "has broken glass as often"),
        ({"cooldown": "12h"}, "cannot break glass for prod again"),
        ({"require_review": True}, "awaits its review"),
    ],
    ids=["budget", "cooldown", "review"],
)
def test_a_person_breaks_glass_once_however_many_names_they_have(
    admin: AdminLambda, first: str, other: str, rule: dict[str, object], words: str
) -> None:
    for_erin(admin, **rule)
    admin.began(by=first)
    assert words in not_begun(admin, "conflict", by=other)


@pytest.mark.parametrize("rule", [{"budget": {"per_user": 1, "window": "24h"}}, {"require_review": True}], ids=str)
def test_a_role_session_is_held_to_the_history_of_the_name_it_gives_itself_and_adds_nothing_to_it(
    admin: AdminLambda, rule: dict[str, object]
) -> None:
    for_erin(admin, **rule)
    role = f"arn:aws:sts::{ACCOUNT}:assumed-role"
    admin.began(by=f"{role}/backup/erin")
    admin.began(by="erin")
    not_begun(admin, "conflict", by=f"{role}/oncall/Erin")
    assert admin.break_glass(f"{role}/oncall/ida").status == 201


def test_what_an_earlier_version_counted_for_a_name_still_counts(admin: AdminLambda) -> None:
    for_erin(admin, budget={"per_user": 1, "window": "24h"})
    spent = {"at": {"N": str(int(admin.clock.now.timestamp()) - 60)}, "event_id": {"S": "0" * 16}}
    admin.aws("dynamodb").put_item(
        TableName=table_name("grant"),
        Item={
            "subject": {"S": "budget#ERIN"},
            "item": {"S": "budget#break-glass#ledger"},
            "version": {"N": "1"},
            "spent": {"L": [{"M": spent}]},
        },
    )
    not_begun(admin, "conflict", by="ERIN")


@pytest.mark.parametrize("by", ["alice", "bob", "sam"])
def test_invoker_approvers_and_who_may_revoke_close(admin: AdminLambda, by: str) -> None:
    event_id = admin.began()
    admin.clock.forward(minutes=5)
    event = admin.post(f"/v1/break-glass/{event_id}/close", {"comment": "done"}, by).body["event"]
    assert event["status"] == "closed"
    assert event["ended"] == {"by": by, "at": "2026-11-24T12:05:00Z", "comment": "done"}
    assert admin.post(f"/v1/break-glass/{event_id}/close", by=by).status == 200


def test_readers_and_reviewers_see_an_event_and_do_not_close_it(admin: AdminLambda) -> None:
    event_id = admin.began()
    for by in ("olivia", "rita"):
        assert admin.get(f"/v1/break-glass/{event_id}", by=by).status == 200
        refused(admin, f"/v1/break-glass/{event_id}/close", "not_permitted", by)


def test_no_one_else_learns_of_an_event(admin: AdminLambda) -> None:
    event_id, request_id = admin.began(), admin.file()
    assert admin.get(f"/v1/break-glass/{event_id}", by="zoe").code == "not_found"
    for verb in ("close", "review"):
        refused(admin, f"/v1/break-glass/{event_id}/{verb}", "not_found", "zoe")
        refused(admin, f"/v1/break-glass/{request_id}/{verb}", "not_found", "bob")
        refused(admin, f"/v1/break-glass/nonsense/{verb}", "not_found", "bob")
        refused(admin, f"/v1/break-glass/{event_id}/{verb}", "invalid_request", "bob", {"comment": 1})


@pytest.mark.parametrize("by", ["bob", "rita"])
def test_an_event_that_is_over_is_reviewed_by_another_person(admin: AdminLambda, by: str) -> None:
    event_id = admin.began()
    assert "active until 2026-11-24T13:00:00Z" in refused(admin, f"/v1/break-glass/{event_id}/review", "conflict", by)
    admin.clock.forward(hours=1)
    event = admin.post(f"/v1/break-glass/{event_id}/review", {"comment": "fine"}, by).body["event"]
    assert (event["status"], event["review"]["by"], event["review"]["comment"]) == ("reviewed", by, "fine")
    assert event["ended"] == {"by": None, "at": "2026-11-24T13:00:00Z", "comment": None}
    assert admin.post(f"/v1/break-glass/{event_id}/review", by="carol").body["event"] == event


@pytest.mark.parametrize("by", ["alice", "alice@corp.example"])
def test_no_one_reviews_their_own_event_in_any_spelling(admin: AdminLambda, by: str) -> None:
    event_id = admin.began()
    admin.post(f"/v1/break-glass/{event_id}/close")
    refused(admin, f"/v1/break-glass/{event_id}/review", "not_permitted", by)


def test_a_close_that_comes_too_late_settles_the_event(admin: AdminLambda) -> None:
    event_id = admin.began()
    admin.clock.forward(hours=1)
    answered: Answered = admin.post(f"/v1/break-glass/{event_id}/close")
    assert answered.code == "conflict"
    assert "expired since 2026-11-24T13:00:00Z" in answered.body["message"]
    assert "expired" in {row["status"]["S"] for row in admin.rows() if "status" in row}


def test_a_rule_that_yields_may_be_broken_though_it_denies(admin: AdminLambda) -> None:
    rule = {"name": "frozen", "effect": "deny", "conditions": {"profiles": ["prod"]}, "break_glass": True}
    admin.store("policies/access", ACCESS | {"rules": [rule]})
    admin.store("policies/break-glass", BREAK_GLASS)
    assert admin.break_glass().status == 201


def test_a_refusal_without_a_rule_names_the_policy_that_lacks_it(admin: AdminLambda) -> None:
    body = {"profile": "vault", "reason": "incident", "justification": "the vault is down, INC-7"}
    refused = admin.post("/v1/break-glass", body)
    assert "break-glass policy" in refused.body["message"]
    assert "break-glass policy" in refused.body["hint"]
    assert "sentinel request create vault" in refused.body["hint"]
