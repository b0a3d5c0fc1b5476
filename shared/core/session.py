"""A session: the record of one vend, and whether it is active, revoked or expired at an instant.

    active ──→ revoked | failed | expired

Time moves `active` to `expired`, and a cutoff moves it to `revoked`, before the record says so: decide by `state_at` of
a session to which cutoffs are applied; `status` is only what was last written.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from shared.core.grants import Lockout
from shared.core.identity import session_name_of
from shared.core.people import Action, Person
from shared.core.revocation import ISSUE_MARGIN, Revocation, Target
from shared.core.stamp import Via
from shared.core.subjects import cutoff_subjects, person_subjects


class SessionStatus(StrEnum):
    """The status in a session's record."""

    ACTIVE = "active"
    REVOKED = "revoked"
    FAILED = "failed"  # recorded, but STS issued nothing


class SessionState(StrEnum):
    """The state of a session at an instant."""

    ACTIVE = "active"
    REVOKED = "revoked"
    EXPIRED = "expired"
    FAILED = "failed"  # recorded, but STS issued nothing


@dataclass(frozen=True, slots=True)
class Session:
    """One vend. Instants are UTC, and in the table to the second.

    `account` is the caller's. `policy_version` is the digest of the access policy that decided. `ends_at` is when the
    credentials expire. `line_digest` is of the audit line (`shared.evidence.chain`); a row from before there were
    such digests has none. `revoked` says who revoked the session, when and why.
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
    line_digest: str | None = None

    @property
    def person(self) -> Person:
        """The session's person, with the session name of the caller who requested it."""
        return Person(self.user, session_name_of(self.caller_arn))

    @property
    def cutoff_subjects(self) -> frozenset[str]:
        """The subjects of cutoffs that can reach it."""
        return cutoff_subjects(self.user, self.profile)

    @property
    def lockout_subjects(self) -> frozenset[str]:
        """The subjects of lockouts that apply to it: its person, its profile and everyone."""
        return self.cutoff_subjects | person_subjects(self.person)

    def state_at(self, now: datetime) -> SessionState:
        """Give the state at an instant (UTC): the written status, and what time has changed since."""
        if self.status is not SessionStatus.ACTIVE:
            return SessionState(self.status.value)
        return SessionState.EXPIRED if now >= self.ends_at else SessionState.ACTIVE


@dataclass(frozen=True, slots=True)
class Cutoff:
    """Everything issued to the subject up to `issued_until` (UTC) is revoked; `ending` says by whom, when and why.

    A bulk revocation writes its cutoff first and marks the records afterwards, so it takes effect at one instant for
    any number of records, and also for vends in progress.
    """

    subject: str
    issued_until: datetime
    ending: Action

    def reaches(self, session: Session) -> bool:
        """Whether it revokes the session. Records of sessions and cutoffs have whole seconds."""
        return self.subject in session.cutoff_subjects and session.issued_at <= self.issued_until


def apply_cutoffs(session: Session, cutoffs: Iterable[Cutoff]) -> Session:
    """Give the session as revoked if a cutoff reaches it, whether or not its record is marked yet."""
    reaching = [cutoff for cutoff in cutoffs if cutoff.reaches(session)]
    if session.status is not SessionStatus.ACTIVE or not reaching:
        return session
    first = min(reaching, key=lambda cutoff: (cutoff.ending.at, cutoff.subject))
    return replace(session, status=SessionStatus.REVOKED, revoked=first.ending)


def revoke(session: Session, action: Action) -> Session | SessionState:
    """Revoke a session that is active at the instant of the action; give the state of any other."""
    state = session.state_at(action.at)
    if state is not SessionState.ACTIVE:
        return state
    return replace(session, status=SessionStatus.REVOKED, revoked=action)


def revocation_of(session: Session, *, is_own: bool = False) -> Revocation:
    """Make the revocation of one session. `is_own`: its user revokes it without the permission to revoke."""
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
        """Whether no lockout and no cutoff applies to the session. Its own record is not checked."""
        return not self.is_locked_out and not self.is_cut_off


def standing_at(
    session: Session, lockouts: Iterable[Lockout], cutoffs: Iterable[Cutoff], now: datetime
) -> SessionStanding:
    """Select, from the lockouts and cutoffs of its subjects, those that apply to a session at an instant (UTC)."""
    return SessionStanding(
        session,
        tuple(lockout for lockout in lockouts if lockout.is_active(now)),
        tuple(cutoff for cutoff in cutoffs if cutoff.reaches(session)),
    )
