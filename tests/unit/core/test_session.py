"""Whether a session is alive or revoked at an instant, and whom and what its lockouts and cutoffs are about."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.core.grants import Lockout
from shared.core.people import Action, Person
from shared.core.revocation import ISSUE_MARGIN, Revocation, Target
from shared.core.session import (
    Cutoff,
    Session,
    SessionState,
    SessionStatus,
    apply_cutoffs,
    revocation_of,
    revoke,
    standing_at,
)
from tests.grants import HOUR, NOW, a_session

SECOND = timedelta(seconds=1)
STOLEN = Action("sam", NOW, "laptop stolen")


def a_cutoff(subject: str = "user#alice", until: datetime = NOW, by: str = "sam", at: datetime = NOW) -> Cutoff:
    return Cutoff(subject, until, Action(by, at))


@pytest.mark.parametrize("status", list(SessionStatus))
@pytest.mark.parametrize("hours", [0, 1, 2])
def test_only_an_active_session_expires(status: SessionStatus, hours: int) -> None:
    state = a_session(status=status).state_at(NOW + hours * HOUR)
    expires = status is SessionStatus.ACTIVE and hours > 0
    assert state is (SessionState.EXPIRED if expires else SessionState(status.value))


def test_a_session_is_alive_until_the_second_it_ends() -> None:
    assert a_session().state_at(NOW + HOUR - SECOND) is SessionState.ACTIVE
    assert a_session().state_at(NOW + HOUR) is SessionState.EXPIRED


@pytest.mark.parametrize("subject", ["user#alice", "profile#prod", "all"])
def test_a_cutoff_reaches_what_was_issued_up_to_it(subject: str) -> None:
    assert a_cutoff(subject).reaches(a_session())
    assert a_cutoff(subject, NOW + SECOND).reaches(a_session())
    assert not a_cutoff(subject, NOW - SECOND).reaches(a_session())


@pytest.mark.parametrize(
    "subject", ["user#bob", "profile#dev", "person#alice", "alice", "prod", "user#prod", "profile#alice", ""]
)
def test_a_cutoff_of_another_subject_reaches_nothing(subject: str) -> None:
    assert not a_cutoff(subject, NOW + HOUR).reaches(a_session())


def test_a_session_that_a_cutoff_reaches_is_revoked_by_whom_made_the_cutoff() -> None:
    found = apply_cutoffs(a_session(), [a_cutoff("user#bob"), a_cutoff(by="walt")])
    assert found == a_session(status=SessionStatus.REVOKED, revoked=Action("walt", NOW))
    assert found.state_at(NOW + 2 * HOUR) is SessionState.REVOKED


def test_a_session_that_no_cutoff_reaches_is_as_it_was() -> None:
    assert apply_cutoffs(a_session(), []) == a_session()
    assert apply_cutoffs(a_session(), [a_cutoff(until=NOW - SECOND), a_cutoff("all", NOW - HOUR)]) == a_session()


@pytest.mark.parametrize("status", [SessionStatus.REVOKED, SessionStatus.FAILED])
def test_what_is_over_already_is_not_revoked_again(status: SessionStatus) -> None:
    over = a_session(status=status)
    assert apply_cutoffs(over, [a_cutoff()]) == over


def test_of_several_cutoffs_the_first_that_was_made_counts_and_then_the_subject() -> None:
    late, early = a_cutoff("all", at=NOW + SECOND, by="late"), a_cutoff("user#alice", at=NOW, by="early")
    assert apply_cutoffs(a_session(), [late, early]).revoked == early.ending
    twin = a_cutoff("profile#prod", at=NOW, by="twin")
    assert apply_cutoffs(a_session(), [early, late, twin]).revoked == twin.ending


def test_revoking_an_active_session_says_by_whom_when_and_why() -> None:
    assert revoke(a_session(), STOLEN) == a_session(status=SessionStatus.REVOKED, revoked=STOLEN)


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"status": SessionStatus.REVOKED}, SessionState.REVOKED),
        ({"status": SessionStatus.FAILED}, SessionState.FAILED),
        ({"ends_at": NOW}, SessionState.EXPIRED),
    ],
)
def test_what_is_not_active_is_not_revoked(changes: dict[str, Any], state: SessionState) -> None:
    assert revoke(a_session(**changes), STOLEN) is state


def test_the_revocation_of_one_session_reaches_what_sts_can_have_issued_under_it() -> None:
    session = a_session()
    assert revocation_of(session) == Revocation(
        Target.SESSION, session.session_id, NOW + ISSUE_MARGIN, "alice", revoked_at=None, is_own=False
    )
    revoked = replace(session, revoked=replace(STOLEN, at=NOW + SECOND))
    assert revocation_of(revoked, is_own=True) == Revocation(
        Target.SESSION, session.session_id, NOW + ISSUE_MARGIN, "alice", revoked_at=NOW + SECOND, is_own=True
    )


def session_of(caller_arn: str, user: str = "role/Deploy") -> Session:
    return a_session(user=user, caller_arn=caller_arn)


def test_the_person_of_a_session_has_the_name_its_own_session_gave_itself() -> None:
    assert a_session().person == Person("alice")
    session = session_of("arn:aws:sts::123456789012:assumed-role/Deploy/Bob@corp.example")
    assert session.person == Person("role/Deploy", "Bob@corp.example")


def test_lockouts_of_every_name_of_the_person_hold_against_a_session_and_cutoffs_of_the_very_name() -> None:
    session = session_of("arn:aws:sts::123456789012:assumed-role/Deploy/Bob@corp.example")
    assert session.cutoff_subjects == {"all", "user#role/Deploy", "profile#prod"}
    assert session.lockout_subjects == session.cutoff_subjects | {"person#role/deploy", "person#bob"}


def test_against_a_session_count_lockouts_in_force_and_cutoffs_that_reach_it() -> None:
    ending, over = Lockout("all", "drill", NOW + SECOND), Lockout("all", "drill", NOW)
    reaching, passed = a_cutoff(), a_cutoff("all", NOW - SECOND)
    standing = standing_at(a_session(), [over, ending], [passed, reaching], NOW)
    assert (standing.session, standing.lockouts, standing.cutoffs) == (a_session(), (ending,), (reaching,))


@pytest.mark.parametrize("locked", [False, True])
@pytest.mark.parametrize("cut_off", [False, True])
def test_a_session_is_unopposed_where_neither_counts(*, locked: bool, cut_off: bool) -> None:
    lockouts, cutoffs = [Lockout("all", "drill")] * locked, [a_cutoff()] * cut_off
    standing = standing_at(a_session(), lockouts, cutoffs, NOW)
    assert (standing.is_locked_out, standing.is_cut_off) == (locked, cut_off)
    assert standing.is_unopposed is not (locked or cut_off)
