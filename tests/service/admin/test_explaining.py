"""Why somebody gets what they get."""

import pytest

from tests.service.admin.function import AdminLambda


def test_one_asks_about_oneself_and_learns_which_rule_decides(admin: AdminLambda) -> None:
    answer = admin.post("/v1/explain", {"profile": "prod"}).body
    assert (answer["user"], answer["at"], answer["rule"]) == ("alice", "2026-11-24T12:00:00Z", "prod")
    assert answer["outcome"]["code"] == "approval_required"
    assert [(rule["name"], rule["matched"], rule["decides"]) for rule in answer["rules"]] == [
        ("no-mallory", False, False),
        ("dev", False, False),
        ("prod", True, True),
    ]


def test_what_rules_list_is_not_shown_without_the_permission_to_read(admin: AdminLambda) -> None:
    answered = admin.post("/v1/explain", {"profile": "prod"})
    assert "mallory'" not in str(answered.body["rules"][0]["conditions"])
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


def test_a_lockout_counts_in_the_explanation(admin: AdminLambda) -> None:
    admin.lock_out("user#alice")
    answer = admin.post("/v1/explain", {"profile": "dev"}).body
    assert (answer["locked_out"], answer["outcome"]["code"]) == (True, "locked_out")


def test_who_may_read_asks_about_anybody(admin: AdminLambda) -> None:
    answer = admin.post("/v1/explain", {"profile": "dev", "user": "mallory"}, by="olivia").body
    assert (answer["user"], answer["rule"], answer["outcome"]["code"]) == ("mallory", "no-mallory", "denied")


@pytest.mark.parametrize(
    "about", [{"user": "bob"}, {"user": "alice"}, {"account": "111122223333"}, {"role": "x"}, {"source_ip": "10.0.0.1"}]
)
def test_asking_about_others_takes_the_permission_to_read(admin: AdminLambda, about: dict[str, str]) -> None:
    assert admin.post("/v1/explain", {"profile": "dev"} | about).code == "not_permitted"


def test_what_is_not_in_the_catalogue_nobody_gets(admin: AdminLambda) -> None:
    answer = admin.post("/v1/explain", {"profile": "unknown"}).body
    assert (answer["catalogue"], answer["outcome"]["code"]) == ("unknown", "denied")


@pytest.mark.parametrize(
    "changes", [{"profile": ""}, {"at": "now"}, {"account": "12"}, {"source_ip": "here"}, {"users": "bob"}]
)
def test_a_question_that_cannot_be_read_is_refused(admin: AdminLambda, changes: dict[str, str]) -> None:
    assert admin.post("/v1/explain", {"profile": "dev"} | changes, by="olivia").code == "invalid_request"
