"""Which lockout is in force, and who may lift it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.core.lockout import (
    LiftingRejection,
    LockoutChange,
    LockoutRecord,
    bridge,
    hold,
    lift,
    lift_all,
    lock,
    lock_out,
    new_lockout,
)
from shared.core.people import Action, Person
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
    assert lifting(present, "walt") is LiftingRejection.NOT_LOCKED


@pytest.mark.parametrize("by", ["alice", "Alice", "alice@corp.example", "federated/alice+x"])
def test_no_one_lifts_their_own_under_any_name(by: str) -> None:
    assert lifting(a_lockout(), by) is LiftingRejection.OWN_LOCKOUT


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


def wanted(target: Target = Target.USER, name: str = "Alice@corp.example", *, of_person: bool) -> LockoutRecord:
    return new_lockout("l9", target, name, Action("walt", NOW, "stolen"), NOW + HOUR, of_person=of_person)


def test_a_lockout_says_by_whom_when_and_why_and_of_whom() -> None:
    assert wanted(of_person=True) == LockoutRecord(
        "l9", Target.USER, "Alice@corp.example", "stolen", "walt", NOW, NOW + HOUR, person="alice"
    )
    assert wanted(of_person=False).person == ""
    assert wanted(Target.PROFILE, "prod", of_person=True).person == ""
    unsaid = new_lockout("l9", Target.ALL, "", Action(None, NOW), None, of_person=True)
    assert unsaid == LockoutRecord("l9", Target.ALL, "", "", "", NOW, None)


OF_PERSON = a_lockout(HOUR / 2, lockout_id="person", person="alice")
OF_NAME = a_lockout(HOUR / 2, lockout_id="name")
BOTH = [OF_NAME, OF_PERSON]


@pytest.mark.parametrize(("of_person", "before"), [(True, OF_PERSON), (False, OF_NAME)])
def test_a_lockout_replaces_the_one_of_its_own_kind(*, of_person: bool, before: LockoutRecord) -> None:
    lockout = wanted(name="alice", of_person=of_person)
    assert lock_out(BOTH, lockout) == LockoutChange(before, lockout)
    assert lock_out([], lockout) == LockoutChange(None, lockout)


def test_a_lockout_that_lasts_as_long_stays_and_nothing_changes() -> None:
    longer = a_lockout(None, person="alice")
    change = lock_out([longer], wanted(name="alice", of_person=True))
    assert (change, change.is_none) == (LockoutChange(longer, longer), True)
    assert not lock_out(BOTH, wanted(name="alice", of_person=True)).is_none


@pytest.mark.parametrize("covering", [a_lockout(None, person="alice"), a_lockout(2 * HOUR)])
def test_a_bridge_is_not_needed_where_a_lockout_lasts_as_long(covering: LockoutRecord) -> None:
    assert bridge([OF_NAME, covering], BRIDGE) == LockoutChange(covering, covering)


def test_a_bridge_moves_the_end_of_the_very_names_lockout_alone() -> None:
    assert bridge([OF_PERSON, OF_NAME], BRIDGE) == LockoutChange(OF_NAME, a_lockout(HOUR, lockout_id="name"))
    assert bridge([OF_PERSON], BRIDGE) == LockoutChange(None, BRIDGE)


def test_a_bridge_is_built_where_what_would_last_as_long_is_lifted_or_over() -> None:
    lifted = a_lockout(None, person="alice", lifted=Action("walt", NOW))
    assert bridge([lifted], BRIDGE) == LockoutChange(None, BRIDGE)


def test_every_lockout_in_force_is_lifted_that_of_the_person_first() -> None:
    action = Action("walt", NOW, "found")
    changes = lift_all([OF_NAME, a_lockout(-HOUR), OF_PERSON], action, by=Person("walt"))
    assert changes == [
        LockoutChange(OF_PERSON, replace(OF_PERSON, lifted=action)),
        LockoutChange(OF_NAME, replace(OF_NAME, lifted=action)),
    ]


def test_nothing_is_lifted_where_one_is_the_callers_own() -> None:
    of_all = a_lockout(name="", target=Target.ALL)
    found = [of_all, OF_NAME]
    assert lift_all(found, Action("alice", NOW), by=Person("alice")) is LiftingRejection.OWN_LOCKOUT
    changes = lift_all([of_all], Action("alice", NOW), by=Person("alice"))
    assert not isinstance(changes, LiftingRejection)


@pytest.mark.parametrize("found", [[], [a_lockout(-HOUR)]], ids=["none", "over"])
def test_where_no_lockout_is_in_force_none_is_lifted(found: list[LockoutRecord]) -> None:
    assert lift_all(found, Action("walt", NOW), by=Person("walt")) is LiftingRejection.NOT_LOCKED
