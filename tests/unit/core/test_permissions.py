"""Who may see and do what in the admin API, permission by permission, and which lockout stops what."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import chain, combinations

import pytest

from shared.core.approval.policy import ApprovalPolicy
from shared.core.approval.request import Vote
from shared.core.grants import EventStatus, Lockout, RequestStatus
from shared.core.people import Person
from shared.core.permissions import (
    AdminPolicy,
    Deed,
    Entitlement,
    Permission,
    ends_own,
    entitlement_of,
    of_others,
    owned_by,
)
from shared.core.revocation import Revocation, Target
from tests.grants import HOUR, NOW, a_request, a_session, an_event

READ, REVOKE, LOCK, REVIEW = Permission.READ, Permission.REVOKE, Permission.LOCK, Permission.REVIEW
EVERY_SET = [frozenset(each) for each in chain.from_iterable(combinations(Permission, n) for n in range(6))]
APPROVAL = ApprovalPolicy.model_validate(
    {
        "version": "1",
        "rules": [{"name": "prod", "profiles": ["prod"], "approvers": ["bob", "alice", "*@sec.example"], "quorum": 2}],
    },
)
ALICE, BOB, EVE = Person("alice"), Person("bob"), Person("eve")
LOCKED = Lockout("all", "drill")


def entitled(person: Person = EVE, *permissions: Permission, approval: ApprovalPolicy | None = APPROVAL) -> Entitlement:
    return Entitlement(person, frozenset(permissions), approval)


@pytest.mark.parametrize("permissions", EVERY_SET, ids=lambda given: "+".join(sorted(given)) or "none")
def test_each_permission_gives_what_it_says_and_no_more(permissions: frozenset[Permission]) -> None:
    caller = entitled(EVE, *permissions)
    assert caller.may_read_all is (READ in permissions)
    assert caller.may_revoke_all is (REVOKE in permissions)
    assert caller.may_lock is (LOCK in permissions)
    assert caller.may_see_lockouts is bool(permissions & {READ, LOCK, REVOKE})
    assert caller.may_see_kill_switch is bool(permissions & {READ, REVOKE})
    assert caller.may_see_request(a_request(), NOW) is bool(permissions & {READ, REVOKE})
    assert caller.may_see_event(an_event(), NOW) is bool(permissions & {READ, REVOKE, REVIEW})
    assert caller.may_see_session("alice") is bool(permissions & {READ, REVOKE})
    assert caller.may_revoke_of("alice") is (REVOKE in permissions)
    assert caller.may_close("prod") is (REVOKE in permissions)
    assert caller.may_review("prod") is (REVIEW in permissions)


def test_ones_own_is_seen_and_ended_without_any_permission() -> None:
    alice = entitled(ALICE, approval=None)
    assert alice.may_see_request(a_request(user="alice"), NOW)
    assert alice.may_see_event(an_event(user="alice"), NOW)
    assert alice.may_see_session("alice")
    assert alice.may_revoke_of("alice")


@pytest.mark.parametrize("person", [EVE, Person("Alice"), Person("role/Deploy", "alice"), Person("alice@corp.example")])
def test_no_one_is_entitled_by_a_session_name_or_another_spelling(person: Person) -> None:
    caller = entitled(person, approval=None)
    assert not caller.may_see_request(a_request(user="alice"), NOW)
    assert not caller.may_see_event(an_event(user="alice"), NOW)
    assert not caller.may_see_session("alice")
    assert not caller.may_revoke_of("alice")


def test_an_approver_of_the_profile_sees_closes_and_reviews_and_revokes_nothing() -> None:
    bob = entitled(BOB)
    assert bob.approves("prod")
    assert not bob.approves("dev")
    assert bob.may_see_request(a_request(), NOW)
    assert bob.may_see_event(an_event(), NOW)
    assert bob.may_close("prod")
    assert bob.may_review("prod")
    assert not bob.may_close("dev")
    assert not bob.may_review("dev")
    assert not bob.may_see_session("alice")
    assert not bob.may_revoke_of("alice")


def test_without_an_approval_policy_no_one_approves() -> None:
    assert not entitled(BOB, approval=None).approves("prod")


@pytest.mark.parametrize(
    ("target", "name", "own", "all_of_them"),
    [
        (Target.USER, "eve", True, True),
        (Target.USER, "alice", False, True),
        (Target.PROFILE, "eve", False, True),
        (Target.ALL, "", False, True),
        (Target.SESSION, "eve", False, False),
    ],
)
def test_many_sessions_are_ended_by_their_user_or_with_the_permission(
    target: Target, name: str, *, own: bool, all_of_them: bool
) -> None:
    revocation = Revocation(target, name, NOW)
    assert entitled(EVE, READ, LOCK, REVIEW).may_revoke(revocation) is own
    assert entitled(EVE, REVOKE).may_revoke(revocation) is all_of_them
    assert ends_own(revocation, "eve") is own


def test_an_approval_would_count_while_the_request_is_pending() -> None:
    assert entitled(BOB).can_approve(a_request(), NOW)
    assert not entitled(BOB).can_approve(a_request(), NOW + 24 * HOUR)
    assert not entitled(BOB).can_approve(a_request(status=RequestStatus.DENIED), NOW)


def test_an_approval_would_not_count_of_another_profile_ones_own_or_a_second_time() -> None:
    assert not entitled(BOB).can_approve(a_request(profile="dev"), NOW)
    assert not entitled(EVE, *Permission).can_approve(a_request(), NOW)
    assert not entitled(ALICE).can_approve(a_request(user="Alice@corp.example"), NOW)
    voted = a_request(votes=(Vote(Person("bob+x@corp.example"), NOW),))
    assert not entitled(BOB).can_approve(voted, NOW)
    assert entitled(Person("dora@sec.example")).can_approve(voted, NOW)


def test_an_event_is_reviewed_once_it_is_over_by_another_person_who_may() -> None:
    event = an_event(is_review_required=True)
    over = event.ends_at
    assert entitled(BOB).can_review(event, over)
    assert entitled(EVE, REVIEW).can_review(event, over)
    assert not entitled(BOB).can_review(event, over - timedelta(seconds=1))
    assert entitled(BOB).can_review(replace(event, status=EventStatus.CLOSED), NOW)
    assert not entitled(EVE, READ, REVOKE, LOCK).can_review(event, over)
    assert not entitled(ALICE, REVIEW).can_review(an_event(user="Alice@x", is_review_required=True), over)
    assert not entitled(BOB).can_review(replace(event, status=EventStatus.REVIEWED), over)
    assert not entitled(BOB).can_review(replace(event, is_review_required=False), over)


def test_what_a_person_is_entitled_to_is_what_both_policies_say_of_them() -> None:
    admin = AdminPolicy.model_validate(
        {"version": "1", "rules": [{"name": "eyes", "users": ["eve"], "permissions": ["read", "lock"]}]}
    )
    assert entitlement_of(EVE, admin, APPROVAL) == entitled(EVE, READ, LOCK)
    assert entitlement_of(BOB, admin, None) == entitled(BOB, approval=None)
    assert entitlement_of(EVE, None, None) == entitled(EVE, approval=None)


def test_a_deed_is_stopped_by_lockouts_of_any_name_of_the_actor_and_of_everyone_where_it_gives() -> None:
    actor = Person("role/Deploy", "Bob@corp.example")
    own = {"user#role/Deploy", "person#role/deploy", "person#bob"}
    assert Deed(of_others).subjects(actor) == own
    assert Deed(of_others, gives=True).subjects(actor) == own | {"all"}


@pytest.mark.parametrize("found", [a_request(), an_event(), a_session()])
def test_what_only_protects_the_actor_no_lockout_stops(found: object) -> None:
    by_alice: Deed[object] = Deed(owned_by("alice"))  # type: ignore[arg-type]
    by_bob: Deed[object] = Deed(owned_by("bob"))  # type: ignore[arg-type]
    assert not by_alice.is_stopped(found, [LOCKED])
    assert by_bob.is_stopped(found, [LOCKED])
    assert by_alice.is_stopped(None, [LOCKED])


@pytest.mark.parametrize("is_own", [of_others, owned_by("alice")])
def test_without_a_lockout_nothing_is_stopped(is_own: Callable[[object], bool]) -> None:
    assert not Deed(is_own).is_stopped(None, [])
    assert Deed(is_own).is_stopped(None, [LOCKED])
