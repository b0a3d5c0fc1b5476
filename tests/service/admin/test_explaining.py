"""Why a user gets a profile or not."""

import pytest

from tests.gateway_events import ACCOUNT
from tests.service.admin.conftest import ACCESS, APPROVAL
from tests.service.admin.function import AdminLambda

NIGHT = {"hours": {"start": "22:00", "end": "06:00"}}


def test_one_asks_about_oneself_and_learns_which_rule_decides(admin: AdminLambda) -> None:
    answer = admin.post("/v1/explain", {"profile": "prod"}).body
    assert (answer["user"], answer["at"], answer["rule"]) == ("alice", "2026-11-24T12:00:00Z", "prod")
    assert answer["outcome"]["code"] == "approval_required"
    assert [(rule["name"], rule["matched"], rule["decides"]) for rule in answer["rules"]] == [("prod", True, True)]


def test_rules_about_others_are_shown_to_who_may_read_only(admin: AdminLambda) -> None:
    hours = {"name": "prod-by-night", "effect": "deny", "conditions": {"profiles": ["prod"], "time": NIGHT}}
    others = [
        {"name": "no-bob-to-prod", "effect": "deny", "conditions": {"users": ["bob"], "profiles": ["prod"]}},
        {"name": "partners", "effect": "allow", "conditions": {"accounts": ["444455556666"], "profiles": ["prod"]}},
        {"name": "admins", "effect": "allow", "conditions": {"roles": ["Admin*"]}},
    ]
    admin.store("policies/access", ACCESS | {"rules": [hours, *others, *ACCESS["rules"]]})
    own = admin.post("/v1/explain", {"profile": "prod"})
    assert [(rule["name"], rule["matched"]) for rule in own.body["rules"]] == [("prod-by-night", False), ("prod", True)]
    for name in ("no-bob-to-prod", "partners", "admins", "no-mallory", "dev"):
        assert name not in str(own.body["rules"])
    all_of_them = admin.post("/v1/explain", {"profile": "prod"}, by="olivia").body["rules"]
    assert len(all_of_them) == 1 + len(others) + len(ACCESS["rules"])


def test_a_profile_that_is_switched_off_reads_like_one_that_is_not_there(admin: AdminLambda) -> None:
    admin.store("profiles/off", {"role_arn": f"arn:aws:iam::{ACCOUNT}:role/sentinel/off", "enabled": False})
    catchall = {"name": "all", "effect": "allow", "conditions": {}}
    for rules in (ACCESS["rules"], [catchall]):
        admin.store("policies/access", ACCESS | {"rules": rules})
        off, unknown = (admin.post("/v1/explain", {"profile": name}).body for name in ("off", "none"))
        assert off | {"profile": "none"} == unknown
        assert unknown["catalogue"] == "unknown"
        seen = [admin.post("/v1/explain", {"profile": name}, by="olivia").body["catalogue"] for name in ("off", "none")]
        assert seen == ["disabled", "unknown"]


def test_what_rules_list_is_not_shown_without_the_permission_to_read(admin: AdminLambda) -> None:
    answered = admin.post("/v1/explain", {"profile": "prod"})
    assert "mallory" not in str(answered.body)
    assert {each["words"] for rule in answered.body["rules"] for each in rule["conditions"]} == {None}
    answered = admin.post("/v1/explain", {"profile": "prod"}, by="olivia")
    assert "user olivia matches none of mallory" in str(answered.body)


def test_a_grant_counts_in_the_explanation(admin: AdminLambda) -> None:
    request_id = admin.file(duration="30m")
    admin.approve(request_id)
    outcome = admin.post("/v1/explain", {"profile": "prod"}).body["outcome"]
    assert outcome == {"result": "issue", "via": "approval", "grant_id": request_id, "duration_s": 1800, "code": None}
    later = admin.post("/v1/explain", {"profile": "prod", "at": "2026-11-24T12:30:00Z"}).body
    assert later["outcome"]["code"] == "approval_required"


def test_one_learns_what_a_request_would_need_where_an_approval_is_demanded_and_can_be_given(
    admin: AdminLambda,
) -> None:
    assert admin.post("/v1/explain", {"profile": "vault"}, by="dave").body["approval"] == {
        "rule": "vault",
        "approvers": ["bob", "carol*"],
        "quorum": 2,
        "max_duration_s": 3600,
        "pending_s": 86400,
        "uses": "window",
        "ticket": "INC-\\d+",
        "ticket_lookup": None,
    }
    assert admin.post("/v1/explain", {"profile": "dev"}).body["approval"] is None
    assert admin.post("/v1/explain", {"profile": "prod"}, by="mallory").body["approval"] is None
    assert admin.post("/v1/explain", {"profile": "none"}).body["approval"] is None
    admin.store(
        "policies/approval", APPROVAL | {"rules": [{"name": "own", "profiles": ["prod"], "approvers": ["alice"]}]}
    )
    assert admin.post("/v1/explain", {"profile": "prod"}).body["approval"] is None
    assert admin.post("/v1/explain", {"profile": "prod"}, by="zoe").body["approval"]["approvers"] == ["alice"]


def test_an_approval_by_whom_the_session_is_named_after_counts_no_more_than_at_a_vend(admin: AdminLambda) -> None:
    role = f"arn:aws:sts::{ACCOUNT}:assumed-role/oncall"
    admin.approve(admin.file(f"{role}/night"))
    answers = [admin.post("/v1/explain", {"profile": "prod"}, by=f"{role}/{name}").body for name in ("night", "bob")]
    assert [answer["outcome"]["result"] for answer in answers] == ["issue", "refuse"]


def test_a_lockout_counts_in_the_explanation(admin: AdminLambda) -> None:
    admin.lock_out("user#alice")
    answer = admin.post("/v1/explain", {"profile": "dev"}).body
    assert (answer["locked_out"], answer["outcome"]["code"]) == (True, "locked_out")


def test_who_may_read_asks_about_anyone(admin: AdminLambda) -> None:
    answer = admin.post("/v1/explain", {"profile": "dev", "user": "mallory"}, by="olivia").body
    assert (answer["user"], answer["rule"], answer["outcome"]["code"]) == ("mallory", "no-mallory", "denied")


@pytest.mark.parametrize(
    "about", [{"user": "bob"}, {"user": "alice"}, {"account": "111122223333"}, {"role": "x"}, {"source_ip": "10.0.0.1"}]
)
def test_asking_about_others_takes_the_permission_to_read(admin: AdminLambda, about: dict[str, str]) -> None:
    assert admin.post("/v1/explain", {"profile": "dev"} | about).code == "not_permitted"


def test_no_one_gets_a_profile_outside_the_catalogue(admin: AdminLambda) -> None:
    answer = admin.post("/v1/explain", {"profile": "unknown"}).body
    assert (answer["catalogue"], answer["outcome"]["code"]) == ("unknown", "denied")


@pytest.mark.parametrize(
    "changes", [{"profile": ""}, {"at": "now"}, {"account": "12"}, {"source_ip": "here"}, {"users": "bob"}]
)
def test_a_question_that_cannot_be_read_is_refused(admin: AdminLambda, changes: dict[str, str]) -> None:
    assert admin.post("/v1/explain", {"profile": "dev"} | changes, by="olivia").code == "invalid_request"
