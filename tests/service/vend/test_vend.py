"""The vend Lambda, event in and response out, against an emulator."""

import re
from datetime import timedelta

import pytest

from shared.core.stamp import parse_stamp
from shared.evidence.chain import digest_of_decision
from tests.gateway_events import ACCOUNT, http_api_event, rest_api_event
from tests.service.vend.conftest import POLICY, VendLambda

SSO_ARN = f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_Developers_0123456789abcdef/carol@example.com"


def test_an_allowed_caller_gets_credentials_an_sdk_can_read(vend: VendLambda) -> None:
    answered = vend.call(http_api_event(query="profile=dev"))
    assert answered.status == 200
    assert set(answered.body) == {"AccessKeyId", "SecretAccessKey", "Token", "Expiration", "AccountId", "SessionId"}
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", answered.body["Expiration"])
    assert answered.headers["cache-control"] == "no-store"


def test_the_session_is_recorded_under_the_same_stamp_that_is_audited(vend: VendLambda) -> None:
    answered = vend.call(http_api_event(query="profile=dev"))
    [row] = vend.sessions()
    assert row["stamp"]["S"] == answered.audit["stamp"]
    stamp = parse_stamp(row["stamp"]["S"])
    assert stamp is not None
    assert (stamp.session_id, stamp.user_text) == (answered.body["SessionId"], "alice")
    assert row["status"]["S"] == "active"
    assert int(row["expires_at"]["N"]) - int(row["ends_at"]["N"]) == 90 * 86400


def test_the_audit_line_tells_the_whole_story(vend: VendLambda) -> None:
    audit = vend.call(http_api_event(query="profile=dev&duration=1h")).audit
    assert audit["outcome"] == "issued"
    assert (audit["user"], audit["profile"], audit["rule"], audit["via"]) == ("alice", "dev", "dev", "direct")
    assert (audit["duration_asked_s"], audit["duration_given_s"]) == (3600, 2700)
    assert audit["dissenting_shadows"] == ["try-it"]
    assert set(audit["steps"]) == {"read", "write", "total"}
    assert audit["document_ages_s"].keys() == {"policies/access", "profiles/dev"}
    assert audit["access_key_id"].startswith("ASIA")


def test_the_row_keeps_a_digest_of_its_line(vend: VendLambda) -> None:
    audit = vend.call(http_api_event(query="profile=dev")).audit
    [row] = vend.sessions()
    assert row["line_digest"]["S"] == digest_of_decision(audit)
    assert row["line_digest"]["S"] != digest_of_decision(audit | {"user": "mallory"})


def test_no_secret_is_written_anywhere(vend: VendLambda) -> None:
    answered = vend.call(http_api_event(query="profile=dev"))
    written = vend.stdout.getvalue() + str(vend.sessions())
    assert answered.body["SecretAccessKey"] not in written
    assert answered.body["Token"] not in written


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(
            http_api_event(
                "POST", body='{"profile":"dev","duration":900}', headers={"content-type": "application/json"}
            ),
            id="POST",
        ),
        pytest.param(rest_api_event(query={"profile": ["dev"], "duration": ["900"]}), id="REST API"),
        pytest.param(
            rest_api_event(
                "POST",
                body='{"profile":"dev","duration":"15m"}',
                headers={"Content-Type": "application/json; charset=utf-8"},
            ),
            id="REST API POST",
        ),
    ],
)
def test_every_way_of_asking_gives_the_same_session(vend: VendLambda, event: object) -> None:
    answered = vend.call(event)
    assert answered.status == 200
    assert answered.audit["duration_given_s"] == 900


def test_an_identity_center_caller_is_known_by_their_login(vend: VendLambda) -> None:
    assert vend.call(http_api_event(query="profile=dev", arn=SSO_ARN)).audit["user"] == "carol@example.com"


def test_an_approval_issues_until_it_ends(vend: VendLambda) -> None:
    vend.approve("prod", timedelta(minutes=5))
    answered = vend.call(http_api_event(query="profile=prod"))
    assert answered.status == 200
    assert (answered.audit["via"], answered.audit["grant_id"]) == ("approval", "g1")
    assert 290 <= answered.audit["duration_given_s"] <= 300


def test_a_once_approval_serves_one_vend(vend: VendLambda) -> None:
    vend.approve("prod", timedelta(hours=1), uses="once")
    assert vend.call(http_api_event(query="profile=prod")).status == 200
    again = vend.call(http_api_event(query="profile=prod"))
    assert (again.status, again.body["code"]) == (403, "approval_required")
    assert len(vend.sessions()) == 1


def test_the_catalogue_says_what_this_caller_may_have_and_why(vend: VendLambda) -> None:
    listed = vend.call(http_api_event(path="/profiles")).body["profiles"]
    assert [(each["name"], each["access"], each["reason"]) for each in listed] == [
        ("dev", "allowed", "rule dev"),
        ("prod", "approval", "rule prod"),
        ("unruled", "denied", "no rule gives it"),
    ]
    assert {each["account"] for each in listed} == {ACCOUNT}


def test_a_disabled_profile_is_neither_listed_nor_vended(vend: VendLambda) -> None:
    vend.store("profiles/dev", {"role_arn": f"arn:aws:iam::{ACCOUNT}:role/dev", "enabled": False})
    listed = vend.call(http_api_event(path="/profiles")).body["profiles"]
    assert "dev" not in {each["name"] for each in listed}
    refused = vend.call(http_api_event(query="profile=dev"))
    assert refused.body["code"] == "denied"
    assert (refused.audit["rule"], refused.audit["facts"]["enabled"]) == ("dev", False)


def test_a_policy_written_in_yaml_decides_too(vend: VendLambda) -> None:
    vend.store("policies/access", 'version: "1"\nrules: [{name: all, effect: allow, conditions: {}}]\n')
    assert vend.call(http_api_event(query="profile=unruled")).status == 200


def test_an_invalid_policy_decides_nothing(vend: VendLambda) -> None:
    vend.store("policies/access", {**POLICY, "rules": [{"name": "x", "effect": "alow", "conditions": {}}]})
    refused = vend.call(http_api_event(query="profile=dev"))
    assert (refused.status, refused.body["code"]) == (503, "unavailable")
    assert "alow" not in refused.body["message"]
    assert "policies/access" in refused.audit["detail"]
