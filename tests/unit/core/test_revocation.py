"""How far a revocation of many sessions reaches, and how long it keeps new ones from beginning."""

from datetime import datetime, timedelta

import pytest

from shared.core.durations import CHAINING_MAXIMUM
from shared.core.revocation import (
    ISSUE_MARGIN,
    ONE_SECOND,
    Revocation,
    Target,
    locked_until,
    revoke_many,
    unreached_since,
)
from tests.grants import HOUR, NOW

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("reached", [None, NOW - HOUR, NOW + ISSUE_MARGIN])
def test_a_revocation_reaches_the_vends_under_way(reached: datetime | None) -> None:
    revocation = revoke_many(Target.USER, "alice", NOW, reached, is_own=True)
    assert revocation == Revocation(Target.USER, "alice", NOW + ISSUE_MARGIN, revoked_at=NOW, is_own=True)


def test_a_revocation_never_reaches_less_than_an_earlier_one() -> None:
    revocation = revoke_many(Target.ALL, "", NOW, NOW + HOUR, is_own=False)
    assert revocation == Revocation(Target.ALL, "", NOW + HOUR, revoked_at=NOW, is_own=False)


@pytest.mark.parametrize(
    ("lock_for", "until"),
    [(None, HOUR + SECOND), (timedelta(0), HOUR + SECOND), (HOUR, HOUR + SECOND), (2 * HOUR, 2 * HOUR)],
)
def test_no_vend_begins_within_a_second_of_what_is_reached_or_while_a_lockout_was_asked_for(
    lock_for: timedelta | None, until: timedelta
) -> None:
    assert locked_until(Revocation(Target.USER, "alice", NOW + HOUR), NOW, lock_for) == NOW + until


def test_a_session_and_what_it_chained_into_can_be_alive_for_two_hours_and_the_margin() -> None:
    assert unreached_since(None, NOW) == NOW - 2 * CHAINING_MAXIMUM - ISSUE_MARGIN
    assert unreached_since(NOW - 5 * HOUR, NOW) == NOW - 2 * CHAINING_MAXIMUM - ISSUE_MARGIN


def test_after_a_cutoff_only_what_was_issued_since_can_be_alive() -> None:
    assert unreached_since(NOW - HOUR, NOW) == NOW - HOUR + ONE_SECOND
    assert unreached_since(NOW - SECOND, NOW) == NOW


@pytest.mark.parametrize("ahead", [timedelta(0), SECOND])
def test_under_a_cutoff_that_is_ahead_nothing_can_be_alive(ahead: timedelta) -> None:
    assert unreached_since(NOW + ahead, NOW) is None


@pytest.mark.parametrize(
    ("target", "name", "words"),
    [
        (Target.ALL, "", "everyone"),
        (Target.USER, "alice", "user alice"),
        (Target.PROFILE, "prod", "profile prod"),
        (Target.SESSION, "0123456789abcdef", "session 0123456789abcdef"),
    ],
)
def test_a_target_is_named_in_plain_words(target: Target, name: str, words: str) -> None:
    assert target.words(name) == words


def test_a_revocation_is_live_for_an_hour_from_when_it_matters() -> None:
    revocation = Revocation(Target.USER, "alice", NOW)
    assert revocation.is_live(NOW)
    assert revocation.is_live(NOW + CHAINING_MAXIMUM - SECOND)
    assert not revocation.is_live(NOW + CHAINING_MAXIMUM)
