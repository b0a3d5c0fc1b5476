"""A session: our record of one vend, and whether it is alive, revoked, or to be let pass at an instant.

    active ──→ revoked | failed | expired

Time moves `active` to `expired`, and a cutoff moves it to `revoked`, before the record says so: `state_at` of a session
to which the cutoffs are applied is what counts, and `status` is only what was last written.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from shared.core.action import Action
from shared.core.grants import Lockout
from shared.core.identity import session_name_of
from shared.core.people import Person
from shared.core.revocation import ISSUE_MARGIN, Revocation, Target
from shared.core.stamp import Via
from shared.core.subjects import cutoff_subjects, person_subjects


class SessionStatus(StrEnum):
    """What is written of a session."""

    ACTIVE = "active"
    REVOKED = "revoked"
    FAILED = "failed"  # recorded, but STS issued nothing


class SessionState(StrEnum):
    """What a session is at an instant."""

    ACTIVE = "active"
    REVOKED = "revoked"
    EXPIRED = "expired"
    FAILED = "failed"  # recorded, but STS issued nothing


@dataclass(frozen=True, slots=True)
class Session:
    """One vend. Instants are UTC, and in the table to the second.

    `account` is the caller's. `policy_version` is the digest of the access policy that decided. `ends_at` is when the
    credentials end. `revoked` says by whom, when and why, where it is.
    """

    session_id: str
    user: str
    caller_arn: str
    account: str
    source_ip: str | None
    profile: str
    role_arn: str
    stamp: str
    via: Via
    grant_id: str | None
    rule: str | None
    policy_version: str | None
    request_id: str
    issued_at: datetime
    ends_at: datetime
    status: SessionStatus = SessionStatus.ACTIVE
    revoked: Action | None = None

    @property
    def person(self) -> Person:
        """Whose session it is, with the name that their own session gave itself."""
        return Person(self.user, session_name_of(self.caller_arn))

    @property
    def cutoff_subjects(self) -> frozenset[str]:
        """The subjects of cutoffs that can reach it."""
        return cutoff_subjects(self.user, self.profile)

    @property
    def lockout_subjects(self) -> frozenset[str]:
        """The subjects of lockouts that hold against it: of its person, its profile and everyone."""
        return self.cutoff_subjects | person_subjects(self.person)

    def state_at(self, now: datetime) -> SessionState:
        """Tell the state at an instant (UTC): what was written, moved on by time."""
        if self.status is not SessionStatus.ACTIVE:
            return SessionState(self.status.value)
        return SessionState.EXPIRED if now >= self.ends_at else SessionState.ACTIVE


@dataclass(frozen=True, slots=True)
class Cutoff:
    """Everything issued to the subject up to `issued_until` (UTC) is revoked. `ending` says by whom, when and why.

    A bulk revocation writes its cutoff first and marks the records afterwards, so it holds from one instant on, however
    many records there are, and also for vends that were under way.
    """

    subject: str
    issued_until: datetime
    ending: Action

    def reaches(self, session: Session) -> bool:
        """Whether a session falls under it. The record of a session keeps whole seconds, and so does a cutoff."""
        return self.subject in session.cutoff_subjects and session.issued_at <= self.issued_until


def apply_cutoffs(session: Session, cutoffs: Iterable[Cutoff]) -> Session:
    """Give a session as it is: revoked where a cutoff reaches it, whether its record is marked yet or not."""
    reaching = [cutoff for cutoff in cutoffs if cutoff.reaches(session)]
    if session.status is not SessionStatus.ACTIVE or not reaching:
        return session
    first = min(reaching, key=lambda cutoff: (cutoff.ending.at, cutoff.subject))
    return replace(session, status=SessionStatus.REVOKED, revoked=first.ending)


def revoke(session: Session, action: Action) -> Session | SessionState:
    """Revoke a session that is active at the instant of the action; of any other, the state it is in."""
    state = session.state_at(action.at)
    if state is not SessionState.ACTIVE:
        return state
    return replace(session, status=SessionStatus.REVOKED, revoked=action)


def revocation_of(session: Session, *, is_own: bool = False) -> Revocation:
    """Give the revocation of one session. It `is_own` where its user revoked it without the permission to revoke."""
    revoked_at = None if session.revoked is None else session.revoked.at
    return Revocation(
        Target.SESSION,
        session.session_id,
        session.issued_at + ISSUE_MARGIN,
        session.user,
        revoked_at=revoked_at,
        is_own=is_own,
    )


@dataclass(frozen=True, slots=True)
class SessionStanding:
    """A session as recorded, with the lockouts in force and the cutoffs that reach it."""

    session: Session
    lockouts: tuple[Lockout, ...]
    cutoffs: tuple[Cutoff, ...]

    @property
    def is_locked_out(self) -> bool:
        return bool(self.lockouts)

    @property
    def is_cut_off(self) -> bool:
        """Whether a revocation of its user, its profile or everyone reaches the session."""
        return bool(self.cutoffs)

    @property
    def is_unopposed(self) -> bool:
        """Whether no lockout and no cutoff is against the session. Its record is not looked at."""
        return not self.is_locked_out and not self.is_cut_off


def standing_at(
    session: Session, lockouts: Iterable[Lockout], cutoffs: Iterable[Cutoff], now: datetime
) -> SessionStanding:
    """Pick, of the lockouts and cutoffs of its subjects, those that count against a session at an instant (UTC)."""
    return SessionStanding(
        session,
        tuple(lockout for lockout in lockouts if lockout.is_active(now)),
        tuple(cutoff for cutoff in cutoffs if cutoff.reaches(session)),
    )
