"""What the kill switch's document does for any revocations: read by a small evaluator of the conditions it uses."""

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.kill_switch import MAX_LENGTH, Boundary, Reach, build_boundary
from shared.core.revocation import Revocation, Target
from shared.core.stamp import Stamp, Via, session_tags
from shared.core.switch_guards import Guarded
from tests.examples import tried

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
GUARDED = Guarded("111122223333")
CONSTANT = len(GUARDED.statements())
USERS = [*(f"firstname.lastname{number:03d}@corp.example" for number in range(400)), "a,b", "role/ci"]
PROFILES = [f"profile-{number}" for number in range(8)]
SEEDS = st.integers(0, 2**32)
SIZES = st.sampled_from([0, 1, 3, 20, 40, 150, 300, 500, 900])


class Denials:
    """The document as IAM reads its denials: whom by what tag, and what issued until when."""

    def __init__(self, boundary: Boundary) -> None:
        conditions = [each["Condition"] for each in json.loads(boundary.document)["Statement"][CONSTANT:]]
        self._read = [self._parse(condition) for condition in conditions]

    @staticmethod
    def _parse(condition: Mapping[str, Mapping[str, Any]]) -> tuple[datetime | None, str, frozenset[str]]:
        assert condition.keys() <= {"DateLessThanEquals", "StringEquals"}
        written = condition.get("DateLessThanEquals", {}).get("aws:TokenIssueTime")
        until = None if written is None else datetime.fromisoformat(written)
        [(key, values)] = condition.get("StringEquals", {"": ()}).items()
        return until, key.removeprefix("aws:PrincipalTag/"), frozenset(values)

    def deny(self, session: "Session") -> bool:
        return any(
            (until is None or session.issued_at <= until) and (not key or session.tags[key] in values)
            for until, key, values in self._read
        )


@dataclass(frozen=True)
class Session:
    """What IAM knows of credentials: their tags, and when they were issued."""

    number: int
    user: str
    profile: str
    issued_at: datetime

    @cached_property
    def tags(self) -> Mapping[str, str]:
        stamp = Stamp(Via.DIRECT, f"{self.number:016d}", "x")
        return session_tags(stamp, user=self.user, profile=self.profile, grant_id=None)

    def is_ended_by(self, revocation: Revocation) -> bool:
        match revocation.target:
            case Target.SESSION:
                return revocation.name == f"{self.number:016d}"
            case Target.USER:
                return revocation.name == self.user and self.issued_at <= revocation.issued_until
            case Target.PROFILE:
                return revocation.name == self.profile and self.issued_at <= revocation.issued_until
            case Target.ALL:
                return self.issued_at <= revocation.issued_until


def chance_of(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - nothing secret


def sessions_of(seed: int) -> list[Session]:
    """Vend to everyone, over two hours: what is older than one lives on in what it chained into."""
    chance = chance_of(seed)
    return [
        Session(number, user, chance.choice(PROFILES), NOW - timedelta(seconds=chance.randrange(7200)))
        for number, user in enumerate(USERS * 2)
    ]


def revocations_of(seed: int, size: int, targets: str) -> list[Revocation]:
    """Revoke at random: sessions, users and profiles by right, of one's own, or of both kinds."""
    chance, sessions = chance_of(seed + 1), sessions_of(seed)
    return [revocation_of(chance.choice(sessions), chance, targets) for _ in range(size)]


def revocation_of(session: Session, chance: random.Random, targets: str) -> Revocation:
    revoked_at = NOW - timedelta(seconds=chance.randrange(3600))
    is_own = targets == "own" or (targets == "both" and chance.random() < 0.5)
    kinds = [Target.SESSION, Target.USER] + ([] if is_own else [Target.PROFILE])
    match chance.choices(kinds, [8, 8, 1][: len(kinds)])[0]:
        case Target.SESSION:
            until = session.issued_at + timedelta(seconds=30)
            name = f"{session.number:016d}"
            return Revocation(Target.SESSION, name, until, session.user, revoked_at=revoked_at, is_own=is_own)
        case target:
            name = session.user if target is Target.USER else session.profile
            until = revoked_at + timedelta(seconds=30)
            return Revocation(target, name, until, revoked_at=revoked_at, is_own=is_own)


WHOSE = st.sampled_from(["right", "own", "both"])


@tried(12)
@given(SEEDS, SIZES, WHOSE)
def test_the_document_never_outgrows_iam(seed: int, size: int, whose: str) -> None:
    assert len(build_boundary(revocations_of(seed, size, whose), NOW, GUARDED).document) <= MAX_LENGTH


@tried(12)
@given(SEEDS, SIZES, WHOSE)
def test_everything_revoked_is_denied_or_said_to_have_found_no_room(seed: int, size: int, whose: str) -> None:
    revocations = revocations_of(seed, size, whose)
    boundary = build_boundary(revocations, NOW, GUARDED)
    denials, live = Denials(boundary), [each for each in revocations if each.is_live(NOW)]
    assert {each.is_own for each in boundary.uncovered} <= {True}
    for session in sessions_of(seed):
        if any(session.is_ended_by(each) for each in live if each not in boundary.uncovered):
            assert denials.deny(session), session


@tried(12)
@given(SEEDS, SIZES, WHOSE)
def test_who_was_never_revoked_keeps_working_unless_it_is_said(seed: int, size: int, whose: str) -> None:
    revocations = revocations_of(seed, size, whose)
    boundary = build_boundary(revocations, NOW, GUARDED)
    if boundary.reach is Reach.EVERYONE:
        return
    denials, widened = Denials(boundary), boundary.widened
    for session in sessions_of(seed):
        if not any(session.is_ended_by(each) for each in revocations):
            is_widened = session.user in widened or f"profile {session.profile}" in widened
            assert is_widened or not denials.deny(session), session


@tried(12)
@given(SEEDS, SIZES)
def test_what_people_revoke_of_their_own_ends_no_one_elses(seed: int, size: int) -> None:
    revocations = revocations_of(seed, size, "own")
    boundary = build_boundary(revocations, NOW, GUARDED)
    involved = {each.user or each.name for each in revocations}
    denials = Denials(boundary)
    assert boundary.reach is not Reach.EVERYONE
    assert boundary.widened <= involved
    assert not any(denials.deny(session) for session in sessions_of(seed) if session.user not in involved)


@tried(12)
@given(SEEDS, SIZES, WHOSE)
def test_one_more_revocation_brings_nothing_revoked_back(seed: int, size: int, whose: str) -> None:
    revocations = revocations_of(seed, size + 1, whose)
    before, after = (build_boundary(each, NOW, GUARDED) for each in (revocations[1:], revocations))
    before_it, after_it, lost = Denials(before), Denials(after), after.uncovered - before.uncovered
    for session in sessions_of(seed):
        ending = [each for each in revocations[1:] if each.is_live(NOW) and session.is_ended_by(each)]
        if before_it.deny(session) and any(each not in lost | before.uncovered for each in ending):
            assert after_it.deny(session), session


@tried(12)
@given(SEEDS, st.sampled_from([40, 300, 500]), WHOSE)
def test_the_order_they_come_in_makes_no_difference(seed: int, size: int, whose: str) -> None:
    revocations = revocations_of(seed, size, whose)
    shuffled = chance_of(seed).sample(revocations, size)
    assert build_boundary(shuffled, NOW, GUARDED) == build_boundary(revocations, NOW, GUARDED)


@pytest.mark.parametrize("minutes", [1, 30, 61])
def test_what_a_session_chained_into_is_denied_for_as_long_as_it_lives(minutes: int) -> None:
    issued = NOW - timedelta(minutes=59)
    chained = Session(1, "alice", "profile-1", NOW - timedelta(minutes=1))
    row = Revocation(Target.SESSION, f"{1:016d}", issued + timedelta(seconds=30), "alice", revoked_at=NOW)
    later = NOW + timedelta(minutes=minutes)
    assert Denials(build_boundary([row], later, GUARDED)).deny(chained)
    widened = [replace(row, name=f"{number:016d}") for number in range(400)]
    assert Denials(build_boundary(widened, later, GUARDED)).deny(chained)
