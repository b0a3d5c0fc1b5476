"""Sessions that are over, foreign, imitated or not welcome: STS confirms the proof, and the request does not pass."""

from datetime import timedelta
from typing import Any

import pytest

from shared.aws.dynamodb.items import instant_value, text_value
from shared.aws.dynamodb.sessions import session_item
from shared.core.session import SessionStatus
from tests.gateway_events import ACCOUNT
from tests.security.authorizer.refusals import refused
from tests.service.authorizer.function import KEYS, NOON, AuthorizerLambda, a_vend, arn_of

BOBS_ID = "bbbbbbbbbbbbbbbb"


def sign_as(authorizer: AuthorizerLambda, arn: str) -> None:
    """Let STS say that the session's keys belong to this identity."""
    authorizer.sts.known[KEYS.access_key_id] = (KEYS, arn)


def test_an_unknown_session_is_refused(authorizer: AuthorizerLambda) -> None:
    sign_as(authorizer, arn_of(a_vend()))
    refused(authorizer.ask(), "unknown_session", sts_calls=1, table_calls=1)


def test_an_expired_session_is_refused(authorizer: AuthorizerLambda) -> None:
    authorizer.vend(ends_at=NOON)
    refused(authorizer.ask(), "expired", sts_calls=1, table_calls=1)


def test_a_session_expires_under_a_remembered_proof(authorizer: AuthorizerLambda) -> None:
    authorizer.vend(ends_at=NOON + timedelta(seconds=30))
    proof = authorizer.proof()
    assert authorizer.ask(proof).is_allowed
    authorizer.clock.forward(seconds=30)
    refused(authorizer.ask(proof), "expired", table_calls=1)


@pytest.mark.parametrize(
    ("status", "code"), [(SessionStatus.REVOKED, "revoked"), (SessionStatus.FAILED, "never_issued")]
)
def test_a_session_that_does_not_stand_is_refused(
    authorizer: AuthorizerLambda, status: SessionStatus, code: str
) -> None:
    authorizer.vend(status=status)
    refused(authorizer.ask(), code, sts_calls=1, table_calls=1)


def test_a_revocation_acts_on_the_very_next_request(authorizer: AuthorizerLambda) -> None:
    row = authorizer.vend()
    proof = authorizer.proof()
    assert authorizer.ask(proof).is_allowed
    authorizer.put(session_item(row) | {"status": text_value("revoked")}, "session")
    refused(authorizer.ask(proof), "revoked", table_calls=1)


@pytest.mark.parametrize("subject", ["user#alice", "profile#prod", "all"])
def test_a_revocation_of_the_user_the_profile_or_everyone_acts_on_the_next_request(
    authorizer: AuthorizerLambda, subject: str
) -> None:
    row = authorizer.vend()
    proof = authorizer.proof()
    assert authorizer.ask(proof).is_allowed
    authorizer.cut_off(subject, until=row.issued_at)
    refused(authorizer.ask(proof), "revoked", table_calls=1)


@pytest.mark.parametrize("subject", ["user#alice", "profile#prod", "all"])
def test_a_session_issued_after_the_cutoff_is_valid(authorizer: AuthorizerLambda, subject: str) -> None:
    row = authorizer.vend()
    authorizer.cut_off(subject, until=row.issued_at - timedelta(seconds=1))
    assert authorizer.ask().is_allowed


@pytest.mark.parametrize("subject", ["user#alice", "profile#prod", "all"])
def test_a_user_who_is_locked_out_is_refused_on_the_next_request(authorizer: AuthorizerLambda, subject: str) -> None:
    authorizer.vend()
    proof = authorizer.proof()
    assert authorizer.ask(proof).is_allowed
    authorizer.lock_out(subject)
    refused(authorizer.ask(proof), "locked_out", table_calls=1)


@pytest.mark.parametrize("user", ["Alice@corp.example", "federated/alice+x", "alice"])
def test_a_lockout_of_a_person_reaches_their_sessions_under_every_name(authorizer: AuthorizerLambda, user: str) -> None:
    authorizer.vend(user=user)
    proof = authorizer.proof()
    assert authorizer.ask(proof).is_allowed
    authorizer.lock_out("person#alice")
    refused(authorizer.ask(proof), "locked_out", table_calls=1)


def test_a_lockout_reaches_the_session_of_a_role_by_the_name_it_gave_itself(authorizer: AuthorizerLambda) -> None:
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/oncall/Alice@corp.example"
    authorizer.vend(user="role/oncall", caller_arn=arn)
    authorizer.lock_out("person#alice")
    refused(authorizer.ask(), "locked_out", sts_calls=1, table_calls=2)


@pytest.mark.parametrize("subject", ["person#bob", "person#role/alice", "user#bob", "profile#team-blue"])
def test_a_lockout_of_another_user_does_not_count(authorizer: AuthorizerLambda, subject: str) -> None:
    authorizer.vend()
    authorizer.lock_out(subject)
    assert authorizer.ask().is_allowed


def test_a_lockout_that_is_over_or_lifted_does_not_count(authorizer: AuthorizerLambda) -> None:
    authorizer.vend()
    authorizer.lock_out("user#alice", ends_at=instant_value(NOON))
    authorizer.lock_out("all", status=text_value("lifted"))
    assert authorizer.ask().is_allowed


@pytest.mark.parametrize("lookalike", ["role=ci", "role/ci"])
def test_a_user_the_stamp_cannot_spell_out_does_not_escape_their_lockout(
    authorizer: AuthorizerLambda, lookalike: str
) -> None:
    authorizer.vend(user=lookalike)
    authorizer.lock_out(f"user#{lookalike}")
    answered = authorizer.ask()
    refused(answered, "locked_out", sts_calls=1, table_calls=answered.table_calls)


def test_a_profile_accepted_by_a_glob_does_not_escape_its_lockout(authorizer: AuthorizerLambda) -> None:
    authorizer.vend(profile="team-blue")
    authorizer.lock_out("profile#team-blue")
    refused(authorizer.ask(), "locked_out", sts_calls=1, table_calls=2)


@pytest.mark.parametrize("profile", ["dev", "prod2", "Prod", "xteam-blue", "team"])
def test_a_profile_this_api_does_not_accept_is_refused(authorizer: AuthorizerLambda, profile: str) -> None:
    authorizer.vend(profile=profile)
    refused(authorizer.ask(), "profile_not_accepted", sts_calls=1, table_calls=2)


class TestAMaximumAge:
    @pytest.fixture
    def environment(self, environment: dict[str, str]) -> dict[str, str]:
        return environment | {"SENTINEL_MAX_SESSION_AGE": "10m"}

    def test_too_old_a_session_is_refused(self, authorizer: AuthorizerLambda) -> None:
        authorizer.vend(issued_at=NOON - timedelta(minutes=10))
        refused(authorizer.ask(), "too_old", sts_calls=1, table_calls=1)


@pytest.mark.parametrize(
    "arn",
    [
        pytest.param("arn:aws:sts::999988887777:assumed-role/Prod/{stamp}", id="foreign account"),
        pytest.param("arn:aws:sts::111122223333:assumed-role/Mine/{stamp}", id="foreign role"),
        pytest.param("arn:aws:sts::111122223333:assumed-role/prod/{stamp}", id="role in another case"),
        pytest.param("arn:aws-cn:sts::111122223333:assumed-role/Prod/{stamp}", id="foreign partition"),
    ],
)
def test_a_session_name_that_imitates_the_stamp_is_refused(authorizer: AuthorizerLambda, arn: str) -> None:
    row = authorizer.vend()
    sign_as(authorizer, arn.format(stamp=row.stamp))
    answered = authorizer.ask()
    refused(answered, "other_role", sts_calls=1, table_calls=1)
    assert answered.audit["caller_arn"] == arn.format(stamp=row.stamp)
    assert "user" not in answered.audit


@pytest.mark.parametrize(
    ("stamp", "reads"), [("sentinel-b-{id}-alice", 1), ("sentinel-d-{id}-bob", 2), ("sentinel-d-{id}-Alice", 2)]
)
def test_a_stamp_that_is_not_exactly_the_sessions_is_refused(
    authorizer: AuthorizerLambda, stamp: str, reads: int
) -> None:
    row = authorizer.vend()
    sign_as(authorizer, arn_of(row).replace(row.stamp, stamp.format(id=row.session_id)))
    refused(authorizer.ask(), "other_role", sts_calls=1, table_calls=reads)


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:iam::111122223333:user/sentinel-d-0123456789abcdef-alice",
        "arn:aws:iam::111122223333:root",
        "arn:aws:sts::111122223333:federated-user/sentinel-d-0123456789abcdef-alice",
        "arn:aws:sts::111122223333:assumed-role/Prod/alice",
        "arn:aws:sts::111122223333:assumed-role/Prod/x/sentinel-d-0123456789abcdef-alice",
        "arn:aws:sts::111122223333:assumed-role/Prod/sentinel-x-0123456789abcdef-alice",
        "arn:aws:sts::111122223333:assumed-role/Prod/sentinel-d-0123456789ABCDEF-alice",
        "arn:aws:sts::111122223333:assumed-role/Prod/sentinel-d-0123456789abcde-alice",
        "arn:aws:evil::111122223333:assumed-role/Prod/sentinel-d-0123456789abcdef-alice",
        "arn:evil:sts::111122223333:assumed-role/Prod/sentinel-d-0123456789abcdef-alice",
        "nothing::like:an:111122223333:arn",
    ],
)
def test_credentials_sentinel_did_not_vend_are_not_looked_up(authorizer: AuthorizerLambda, arn: str) -> None:
    authorizer.vend()
    sign_as(authorizer, arn)
    refused(authorizer.ask(), "not_vended", sts_calls=1)


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"headers": {"x-sentinel-session": BOBS_ID, "sentinelsession": BOBS_ID}},
        {"query": f"session_id={BOBS_ID}&session={BOBS_ID}"},
        {"path": f"/sessions/{BOBS_ID}"},
    ],
    ids=["header", "query", "path"],
)
def test_a_session_id_anywhere_but_in_the_stamp_is_never_read(
    authorizer: AuthorizerLambda, elsewhere: dict[str, Any]
) -> None:
    authorizer.put(session_item(a_vend(user="bob", session_id=BOBS_ID)), "session")
    authorizer.vend(status=SessionStatus.REVOKED)
    refused(authorizer.ask(**elsewhere), "revoked", sts_calls=1, table_calls=1)
