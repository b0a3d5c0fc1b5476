"""Which lockout is in force, and who may lift it."""

from datetime import timedelta

import pytest

from shared.core.action import Action
from shared.core.lockout import LiftingObstacle, LockoutRecord, hold, lift, lock
from shared.core.people import Person
from shared.core.revocation import Target
from tests.grants import HOUR, NOW


def a_lockout(lasts: timedelta | None = HOUR, name: str = "alice", **changes: object) -> LockoutRecord:
    ends_at = None if lasts is None else NOW + lasts
    facts: dict[str, object] = {
        "lockout_id": "l1",
        "target": Target.USER,
        "name": name,
        "reason": "stolen",
        "by": "walt",
    }
    return LockoutRecord(**(facts | {"at": NOW, "ends_at": ends_at} | changes))  # type: ignore[arg-type]


WANTED = a_lockout(HOUR, lockout_id="l2")


@pytest.mark.parametrize(
    ("present", "is_kept"),
    [
        (None, False),
        (a_lockout(HOUR), True),
        (a_lockout(2 * HOUR), True),
        (a_lockout(None), True),
        (a_lockout(HOUR / 2), False),
        (a_lockout(-HOUR), False),
        (a_lockout(None, lifted=Action("walt", NOW)), False),
    ],
    ids=["none", "as long", "longer", "for good", "shorter", "over", "lifted"],
)
def test_the_lockout_that_lasts_longer_is_in_force(present: LockoutRecord | None, *, is_kept: bool) -> None:
    assert lock(present, WANTED) is (present if is_kept else WANTED)


def test_what_lasts_for_good_is_only_outlasted_by_its_like() -> None:
    for_good = a_lockout(None, lockout_id="l2")
    assert lock(a_lockout(), for_good) is for_good


def test_a_lockout_ends_at_its_end_and_not_before() -> None:
    assert a_lockout(HOUR).is_active(NOW + HOUR - timedelta(seconds=1))
    assert not a_lockout(HOUR).is_active(NOW + HOUR)


def lifting(present: LockoutRecord | None, by: str) -> object:
    return lift(present, Action(by, NOW, "found"), by=Person(by))


def test_lifting_says_who_did_it() -> None:
    lifted = lifting(a_lockout(), "walt")
    assert isinstance(lifted, LockoutRecord)
    assert (lifted.lifted, lifted.is_active(NOW)) == (Action("walt", NOW, "found"), False)


@pytest.mark.parametrize(
    "present", [None, a_lockout(-HOUR), a_lockout(lifted=Action("walt", NOW))], ids=["none", "over", "lifted"]
)
def test_what_is_not_in_force_is_not_lifted(present: LockoutRecord | None) -> None:
    assert lifting(present, "walt") is LiftingObstacle.NOT_LOCKED


@pytest.mark.parametrize("by", ["alice", "Alice", "alice@corp.example", "federated/alice+x"])
def test_nobody_lifts_their_own_under_any_name(by: str) -> None:
    assert lifting(a_lockout(), by) is LiftingObstacle.OWN_LOCKOUT


BRIDGE = a_lockout(HOUR, lockout_id="l3", by="alice", reason="routine, nothing to see")


@pytest.mark.parametrize(
    "present", [None, a_lockout(-HOUR), a_lockout(None, lifted=Action("walt", NOW))], ids=["none", "over", "lifted"]
)
def test_a_revocation_holds_where_nothing_is_in_force(present: LockoutRecord | None) -> None:
    assert hold(present, BRIDGE) is BRIDGE


@pytest.mark.parametrize("lasts", [HOUR, 2 * HOUR, None], ids=str)
def test_a_revocation_leaves_a_lockout_that_lasts_as_long_as_it_is(lasts: timedelta | None) -> None:
    assert hold(a_lockout(lasts), BRIDGE) == a_lockout(lasts)


def test_a_revocation_moves_the_end_of_a_shorter_lockout_and_nothing_else() -> None:
    assert hold(a_lockout(HOUR / 2), BRIDGE) == a_lockout(HOUR)
