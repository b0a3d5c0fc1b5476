"""Every credential of a protected role must have a session's row."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from sentinel.api.sessions import Session
from sentinel.api.sessions_client import SessionApi
from sentinel.cli import run_command_line
from sentinel.cloudtrail.audit import claimed_stamp, find_doubt, protected_role, verify
from sentinel.cloudtrail.scope import PROTECTED_ROLES
from tests.unit.client.cloudtrail.auditing import VERIFY, Audit
from tests.unit.client.fake_account import ACCOUNT, FakeAccount
from tests.unit.client.session_service import ID, OTHER_ID, ROLE, STAMP, SessionService, a_session
from tests.unit.client.trail_events import a_vend, an_event, parsed

OTHER_ROLE = "arn:aws:iam::111122223333:role/sentinel/protected/other"
ASKING: dict[str, Any] = {
    "eventName": "AssumeRole",
    "requestParameters": {"roleArn": OTHER_ROLE, "roleSessionName": "x"},
}


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


@pytest.mark.parametrize(
    ("again", "is_explained"),
    [
        ({}, True),
        ({"eventTime": "2026-03-01T12:00:30Z"}, True),
        ({"eventTime": "2026-03-01T12:00:31Z"}, False),
        ({"userIdentity": a_vend()["userIdentity"] | {"accessKeyId": "ASIASTRANGER00000000"}}, False),
        ({"eventTime": "2026-03-01T12:04:00Z", "errorCode": "AccessDenied"}, True),
    ],
)
async def test_a_stamp_that_is_used_again_after_its_request_is_not_explained(
    sessions: SessionService, again: dict[str, Any], *, is_explained: bool
) -> None:
    sessions.answer("GET", "/v1/sessions", {"sessions": [], "next_cursor": None})
    sessions.answer("GET", f"/v1/sessions/{ID}", {"session": a_session()})
    second = parsed(a_vend(0, **{"eventID": "event-9", "eventTime": "2026-03-01T12:00:02Z"} | again))
    verdict = await verify(SessionApi(sessions), [(second, ROLE), (parsed(a_vend()), ROLE)], [])  # type: ignore[arg-type]
    assert (verdict.checked, not verdict.unexplained) == (2, is_explained)


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


def test_an_account_whose_events_all_have_sessions_passes(account: FakeAccount, audit: Audit) -> None:
    audited = audit()
    assert (audited.code, audited.gaps) == (0, ""), audited
    assert (audited.report["checked"], audited.report["unexplained"]) == (1, [])
    assert audited.report["regions"] == ["eu-central-1", "us-east-1"]
    assert {region for region, _ in account.looked} == {"eu-central-1", "us-east-1"}


@pytest.mark.parametrize("region", ["eu-central-1", "us-east-1", "ap-south-1"])
@pytest.mark.parametrize("action", ["AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"])
def test_an_unexplained_event_fails_in_whichever_enabled_region_it_was(
    account: FakeAccount, audit: Audit, region: str, action: str
) -> None:
    account.enabled = ("ap-south-1", "eu-central-1", "us-east-1")
    stranger = a_vend(3, stamp=f"sentinel-d-{OTHER_ID}-alice")
    account.events.setdefault((region, action), []).extend([stranger, stranger])
    audited = audit()
    assert (audited.code, audited.report["checked"]) == (1, 2)
    assert [found["event"]["id"] for found in audited.report["unexplained"]] == ["event-3"]


@pytest.mark.usefixtures("account")
def test_an_unexplained_event_fails_and_is_shown(
    account: FakeAccount, sessions: SessionService, capsys: pytest.CaptureFixture[str]
) -> None:
    account.events["us-east-1", "AssumeRole"] = [a_vend(3, stamp=f"sentinel-d-{OTHER_ID}-alice")]
    assert run_command_line(VERIFY) == 1
    said = capsys.readouterr()
    assert "event-3" in said.out
    assert "2 events on protected roles in eu-central-1, us-east-1, 1 unexplained" in said.err
    assert ("GET", f"/v1/sessions/{OTHER_ID}", {}) in sessions.asked


@pytest.mark.parametrize("path", ["/team/payments/", "/x/"])
def test_a_role_is_protected_by_the_path_of_any_profile(account: FakeAccount, audit: Audit, path: str) -> None:
    account.profiles["pay"] = json.dumps({"role_arn": f"arn:aws:iam::{ACCOUNT}:role{path}pay"})
    account.events["us-east-1", "AssumeRole"] = [
        a_vend(3, role=f"arn:aws:iam::{ACCOUNT}:role{path}pay", stamp=None),
        a_vend(4, role=f"arn:aws:iam::{ACCOUNT}:role{path}deeper/other", stamp=None),
        a_vend(5, role=f"arn:aws:iam::{ACCOUNT}:role/elsewhere", stamp=None),
    ]
    audited = audit()
    assert [found["event"]["id"] for found in audited.report["unexplained"]] == ["event-3", "event-4"]


def test_a_profile_s_role_without_a_path_makes_no_other_role_protected(account: FakeAccount, audit: Audit) -> None:
    account.profiles["pay"] = json.dumps({"role_arn": f"arn:aws:iam::{ACCOUNT}:role/pay"})
    account.events["us-east-1", "AssumeRole"] = [
        a_vend(3, role=f"arn:aws:iam::{ACCOUNT}:role/{name}", stamp=None) for name in ("pay", "other")
    ]
    assert [found["role_arn"] for found in audit().report["unexplained"]] == [f"arn:aws:iam::{ACCOUNT}:role/pay"]


def test_nothing_looked_at_is_no_success(account: FakeAccount, audit: Audit) -> None:
    account.events = {("us-east-1", "AssumeRole"): [a_vend(2, role=f"arn:aws:iam::{ACCOUNT}:role/admin")]}
    audited = audit()
    assert (audited.code, audited.report["checked"]) == (3, 0)
    assert "no event on a protected role" in audited.gaps


@pytest.mark.parametrize("may_list", ["account:ListRegions", "ec2:DescribeRegions"])
def test_either_permission_lists_the_regions(account: FakeAccount, audit: Audit, may_list: str) -> None:
    account.denied = {"account:ListRegions", "ec2:DescribeRegions"} - {may_list}
    audited = audit()
    assert (audited.code, audited.report["regions"]) == (0, ["eu-central-1", "us-east-1"])


def test_without_either_the_other_regions_are_named_as_not_covered(account: FakeAccount, audit: Audit) -> None:
    account.denied = {"account:ListRegions", "ec2:DescribeRegions"}
    audited = audit()
    assert (audited.code, audited.report["regions"]) == (3, ["eu-central-1"])
    assert "any region but eu-central-1" in audited.gaps
    assert "account:ListRegions" in audited.gaps
    audited = audit("--trail-region", "us-east-1", "--trail-region", "eu-central-1")
    assert (audited.code, sorted(audited.report["regions"])) == (0, ["eu-central-1", "us-east-1"])


def test_enabled_regions_that_are_left_out_are_named(account: FakeAccount, audit: Audit) -> None:
    account.enabled = ("ap-south-1", "eu-central-1", "us-east-1")
    audited = audit("--trail-region", "eu-central-1")
    assert audited.code == 3
    assert "the regions ap-south-1, us-east-1" in audited.gaps


def test_a_region_that_refuses_is_named_and_the_others_are_looked_at(account: FakeAccount, audit: Audit) -> None:
    account.denied = {"cloudtrail:LookupEvents us-east-1"}
    audited = audit()
    assert (audited.code, audited.report["checked"]) == (3, 1)
    assert "the region us-east-1: your own AWS credentials may not look up CloudTrail events" in audited.gaps


def test_a_denied_look_up_fails_the_audit(account: FakeAccount, audit: Audit) -> None:
    account.denied = {f"cloudtrail:LookupEvents {region}" for region in account.enabled}
    audited = audit()
    assert audited.code == 1
    assert "may not look up CloudTrail events" in audited.err


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"denied": {"ssm:GetParametersByPath"}}, "may not ssm:GetParametersByPath; name the roles with --role"),
        ({"profiles": {}}, "there is no profile below /sentinel/profiles in eu-central-1"),
        ({"prefix": "/elsewhere"}, "there is no profile below /sentinel/profiles in eu-central-1"),
        ({"profiles": {"prod": json.dumps({"role_arn": ROLE}), "pay": "{"}}, "the role of /sentinel/profiles/pay"),
        ({"denied": {"sts:GetCallerIdentity"}}, "sts:GetCallerIdentity does not answer"),
    ],
)
def test_roles_that_are_not_known_are_named_as_not_covered(
    account: FakeAccount, audit: Audit, change: dict[str, Any], words: str
) -> None:
    for name, value in change.items():
        setattr(account, name, value)
    audited = audit()
    assert audited.code == 3
    assert words in audited.gaps


def test_profiles_below_another_prefix_are_found(account: FakeAccount, audit: Audit) -> None:
    account.prefix = "/elsewhere"
    assert audit("--prefix", "/elsewhere/").code == 0


def test_roles_of_another_account_are_named_as_not_covered(account: FakeAccount, audit: Audit) -> None:
    account.profiles["far"] = json.dumps({"role_arn": "arn:aws:iam::444455556666:role/sentinel/protected/far"})
    audited = audit()
    assert audited.code == 3
    assert "the roles of account 444455556666" in audited.gaps
    assert audit("--role", f"arn:aws:iam::{ACCOUNT}:role/*").code == 1  # of its own, and admin has no session
    assert "account 444455556666" in audit("--role", "arn:aws:iam::444455556666:role/*").gaps


def test_a_profile_s_role_that_no_named_glob_matches_is_named(account: FakeAccount, audit: Audit) -> None:
    account.profiles["pay"] = json.dumps({"role_arn": f"arn:aws:iam::{ACCOUNT}:role/pay"})
    audited = audit("--role", ROLE)
    assert (audited.code, audited.report["checked"]) == (3, 1)
    assert f"the role arn:aws:iam::{ACCOUNT}:role/pay" in audited.gaps


@pytest.mark.parametrize(
    ("roles", "left_out"),
    [
        ([ROLE], ["arn:*:iam::*:role/sentinel/protected/*"]),
        ([f"arn:aws:iam::{ACCOUNT}:role/sentinel/protected/?*"], []),
        ([ROLE, "arn:*:iam::*:role/sentinel/*"], []),
        (["*sentinel/protected/*"], []),
        ([ROLE, "arn:aws:iam::444455556666:role/*"], ["arn:*:iam::*:role/sentinel/protected/*"]),
        ([f"arn:aws:iam::{ACCOUNT}:role/sentinel/protected/?"], ["arn:*:iam::*:role/sentinel/protected/*"]),
    ],
)
@pytest.mark.usefixtures("account")
def test_a_protected_path_that_no_named_glob_takes_in_is_named(
    audit: Audit, roles: list[str], left_out: list[str]
) -> None:
    audited = audit(*(word for role in roles for word in ("--role", role)))
    named = [path for path in left_out if f"--role '{path}'" in audited.gaps]
    assert (named, "a protected path" in audited.gaps) == (left_out, bool(left_out))
    assert audited.code == (3 if left_out else 0)


def test_the_path_of_a_profile_s_role_is_a_protected_path(account: FakeAccount, audit: Audit) -> None:
    account.profiles["pay"] = json.dumps({"role_arn": f"arn:aws:iam::{ACCOUNT}:role/money/pay"})
    narrow = "--role", f"arn:aws:iam::{ACCOUNT}:role/money/pay", "--role", "arn:aws:iam::*:role/sentinel/*"
    assert f"--role 'arn:*:iam::{ACCOUNT}:role/money/*'" in audit(*narrow).gaps
    assert audit(*narrow, "--role", f"arn:*:iam::{ACCOUNT}:role/money/*").code == 0


@pytest.mark.usefixtures("account")
def test_what_the_history_no_longer_keeps_is_named(audit: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sentinel.commands.audit.utc_now", lambda: datetime(2026, 5, 30, tzinfo=UTC))
    assert audit().code == 0
    monkeypatch.setattr("sentinel.commands.audit.utc_now", lambda: datetime(2026, 5, 31, tzinfo=UTC))
    audited = audit()
    assert audited.code == 3
    assert "what was before 2026-03-02" in audited.gaps


@pytest.mark.usefixtures("account")
def test_what_is_not_covered_is_shown_to_people_too(capsys: pytest.CaptureFixture[str]) -> None:
    run_command_line([*VERIFY, "--trail-region", "eu-central-1"])
    assert "sentinel: not covered: the regions us-east-1" in capsys.readouterr().err


async def test_an_audit_of_many_sessions_waits_for_its_budget(sessions: SessionService) -> None:
    sessions.answer("GET", "/v1/sessions", {"sessions": [], "next_cursor": None})
    throttled = {"code": "throttled", "message": "alice has read more than 600 times this minute"}
    path = ("GET", f"/v1/sessions/{ID}")
    sessions.answers[path] = [(429, throttled), (429, throttled), (200, {"session": a_session()})]
    waited: list[float] = []

    async def pause(seconds: float) -> None:
        waited.append(seconds)

    verdict = await verify(SessionApi(sessions), [(parsed(a_vend()), ROLE)], [], pause)  # type: ignore[arg-type]
    assert (verdict.checked, verdict.unexplained, waited) == (1, [], [1, 1])


@pytest.mark.usefixtures("account")
def test_an_audit_without_the_right_to_see_all_sessions_says_so(sessions: SessionService, audit: Audit) -> None:
    refused = {"code": "not_permitted", "message": "this takes the permission to read"}
    sessions.answer("GET", "/v1/sessions", refused, status=403)
    audited = audit()
    assert audited.code == 1
    assert "permission to read" in audited.err


@pytest.mark.parametrize("since", ["tomorrow", "2026-03-03T00:00:00Z"])
def test_a_time_that_cannot_be_is_a_misuse(sessions: SessionService, since: str) -> None:
    assert run_command_line([*VERIFY[:3], since, *VERIFY[4:]]) == 2
    assert sessions.asked == []
