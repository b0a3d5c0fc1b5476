"""What an API behind the authorizer lets pass: every reason against it, and the order in which they are given."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from shared.core.grants import Lockout
from shared.core.guard import Acceptance, Denial, binding_of, judge, read_proof, stamp_of
from shared.core.people import Action
from shared.core.proof import LONGEST_LIFE, Proof, render_proof, request_binding
from shared.core.session import Cutoff, Session, SessionStatus, standing_at
from shared.core.stamp import Stamp, Via, parse_stamp, stamp_for
from tests.grants import HOUR, NOW, a_session

SECOND = timedelta(seconds=1)
SESSION_ID = "0123456789abcdef"
STAMP = stamp_for(Via.APPROVAL, SESSION_ID, "alice")
ARN = f"arn:aws:sts::123456789012:assumed-role/Prod/{STAMP}"
ANY = Acceptance(profiles=("pr*",), longest_age=HOUR, binds_request=False)
LOCKED = Lockout("all", "drill")
CUT_OFF = Cutoff("all", NOW, Action("sam", NOW))


def ask(
    session: Session | None = None,
    *,
    lockouts: tuple[Lockout, ...] = (),
    cutoffs: tuple[Cutoff, ...] = (),
    **changes: Any,
) -> Session | Denial:
    standing = standing_at(session or a_session(), lockouts, cutoffs, changes.get("now", NOW))
    facts: Mapping[str, Any] = {"stamp": STAMP, "arn": ARN, "acceptance": ANY, "now": NOW} | changes
    return judge(standing, **facts)


def test_a_session_that_is_alive_and_accepted_passes() -> None:
    assert ask() == a_session()
    assert ask(now=NOW + HOUR - SECOND) == a_session()


def test_a_session_that_is_not_there_does_not_pass() -> None:
    assert judge(None, STAMP, ARN, ANY, NOW) is Denial.UNKNOWN_SESSION


@pytest.mark.parametrize(
    "changes",
    [
        {"arn": ARN.replace("123456789012", "210987654321")},
        {"arn": ARN.replace("arn:aws:", "arn:aws-cn:")},
        {"arn": ARN.replace("/Prod/", "/Production/")},
        {"arn": ARN.replace("/Prod/", "/prod/")},
        {"stamp": stamp_for(Via.DIRECT, SESSION_ID, "alice")},
        {"stamp": stamp_for(Via.APPROVAL, SESSION_ID, "alicia")},
    ],
)
def test_credentials_of_another_account_partition_role_or_stamp_do_not_pass(changes: dict[str, Any]) -> None:
    assert ask(**changes) is Denial.OTHER_ROLE


def test_a_role_with_a_path_is_known_by_its_name() -> None:
    session = a_session(role_arn="arn:aws:iam::123456789012:role/teams/payments/Prod")
    assert ask(session) == session


@pytest.mark.parametrize(
    ("changes", "denial"),
    [
        ({"status": SessionStatus.FAILED}, Denial.NEVER_ISSUED),
        ({"status": SessionStatus.REVOKED}, Denial.REVOKED),
        ({"ends_at": NOW}, Denial.EXPIRED),
        ({"issued_at": NOW - HOUR}, Denial.TOO_OLD),
        ({"profile": "dev"}, Denial.PROFILE_NOT_ACCEPTED),
    ],
)
def test_a_session_that_is_over_too_old_or_of_another_profile_does_not_pass(
    changes: dict[str, Any], denial: Denial
) -> None:
    assert ask(a_session(**changes)) is denial


def test_a_cutoff_and_a_lockout_stop_a_session() -> None:
    assert ask(cutoffs=(CUT_OFF,)) is Denial.REVOKED
    assert ask(lockouts=(LOCKED,)) is Denial.LOCKED_OUT
    assert ask(lockouts=(LOCKED,), cutoffs=(CUT_OFF,)) is Denial.REVOKED


def test_age_is_counted_to_the_second() -> None:
    young = a_session(issued_at=NOW - HOUR + SECOND)
    assert ask(young) == young


def test_the_gravest_reason_is_given() -> None:
    """Each of these has all that the ones after it have."""
    wrong: dict[str, Any] = {"profile": "dev", "issued_at": NOW - HOUR, "ends_at": NOW}
    against: dict[str, Any] = {"lockouts": (LOCKED,), "cutoffs": (CUT_OFF,)}
    assert ask(a_session(status=SessionStatus.FAILED, **wrong), **against, arn=ARN[:-1]) is Denial.NEVER_ISSUED
    assert ask(a_session(status=SessionStatus.FAILED, **wrong), **against) is Denial.NEVER_ISSUED
    assert ask(a_session(**wrong), **against) is Denial.REVOKED
    assert ask(a_session(**wrong), lockouts=(LOCKED,)) is Denial.EXPIRED
    del wrong["ends_at"]
    assert ask(a_session(**wrong), lockouts=(LOCKED,)) is Denial.TOO_OLD
    del wrong["issued_at"]
    assert ask(a_session(**wrong), lockouts=(LOCKED,)) is Denial.PROFILE_NOT_ACCEPTED


def test_the_stamp_is_read_from_a_role_session_of_the_account_alone() -> None:
    assert stamp_of(ARN, "123456789012") == STAMP


@pytest.mark.parametrize(
    ("arn", "account"),
    [
        (ARN, "210987654321"),
        (ARN.replace(":sts:", ":iam:"), "123456789012"),
        (ARN.replace("assumed-role/Prod", "federated-user"), "123456789012"),
        (ARN.replace("assumed-role", "role"), "123456789012"),
        (ARN.replace("/Prod/", "/teams/Prod/"), "123456789012"),
        (f"arn:aws:sts::123456789012:assumed-role/{STAMP}", "123456789012"),
        (f"arn:aws:sts::123456789012:assumed-role/{STAMP}/alice", "123456789012"),
        (str(STAMP), "123456789012"),
        ("", ""),
    ],
)
def test_of_anything_else_no_stamp_is_read(arn: str, account: str) -> None:
    assert stamp_of(arn, account) is None


def a_proof() -> Proof:
    return Proof(key="ASIAIOSFODNN7EXAMPLE", region="eu-central-1", signed_at=NOW, signature="0" * 64, token="t" * 64)


def test_a_proof_is_read_while_it_is_fresh() -> None:
    header = render_proof(a_proof())
    assert read_proof(header, NOW) == a_proof()
    assert read_proof(header, NOW + LONGEST_LIFE) is Denial.STALE_PROOF
    assert read_proof(header[1:], NOW) is Denial.MALFORMED_PROOF
    assert read_proof(None, NOW) is Denial.NO_PROOF


def test_a_query_that_can_be_read_in_two_ways_binds_no_proof() -> None:
    assert binding_of("GET", "/reports", None) is Denial.UNCLEAR_QUERY
    assert binding_of("GET", "/reports", "") == request_binding("GET", "/reports", "")
    assert binding_of("POST", "/other", "a=1") == request_binding("POST", "/other", "a=1")


def test_a_denial_has_a_code_for_audit_lines() -> None:
    assert Denial.PROFILE_NOT_ACCEPTED.code == "profile_not_accepted"


def test_a_stamp_is_compared_as_it_is_written() -> None:
    stamp = parse_stamp(str(STAMP))
    assert isinstance(stamp, Stamp)
    assert ask(a_session(stamp=f"{STAMP} "), stamp=stamp) is Denial.OTHER_ROLE
