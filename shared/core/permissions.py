"""Who may see and do what in the admin API: by what is their own, what they approve, and what the admin policy adds.

No one is entitled to anything by a session name. Which lockout stops what is decided here, too.
"""

from collections.abc import Callable, Collection
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from shared.core.admin_policy import AdminPolicy, Permission, permissions_of
from shared.core.approval.policy import ApprovalPolicy, is_approver, rule_for
from shared.core.approval.request import ApprovalRequest
from shared.core.approval.status import RequestStatus
from shared.core.break_glass.event import BreakGlassEvent
from shared.core.break_glass.status import EventStatus
from shared.core.grants import Lockout
from shared.core.people import Person, same_person
from shared.core.revocation import Revocation, Target
from shared.core.subjects import ALL_SUBJECT, person_subjects

Found_contra = TypeVar("Found_contra", contravariant=True)


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What the policies let one caller see and do."""

    person: Person
    permissions: AbstractSet[Permission]
    approval: ApprovalPolicy | None

    @property
    def may_read_all(self) -> bool:
        """Whether they see everyone's requests, events and sessions."""
        return Permission.READ in self.permissions

    @property
    def may_revoke_all(self) -> bool:
        """Whether they end everyone's grants and sessions; their own they end without it."""
        return Permission.REVOKE in self.permissions

    @property
    def may_lock(self) -> bool:
        return Permission.LOCK in self.permissions

    @property
    def may_see_lockouts(self) -> bool:
        return bool(self.permissions & {Permission.READ, Permission.LOCK, Permission.REVOKE})

    @property
    def may_see_kill_switch(self) -> bool:
        return self.may_read_all or self.may_revoke_all

    def approves(self, profile: str) -> bool:
        """Whether they are an approver of the profile. What they asked for themselves is another matter."""
        return is_approver(rule_for(self.approval, profile), self.person)

    def may_see_request(self, request: ApprovalRequest) -> bool:
        """Whether they may do something about a request, are its user, or may read everything."""
        return self._may_see(request.user, request.profile, {Permission.READ, Permission.REVOKE})

    def may_see_event(self, event: BreakGlassEvent) -> bool:
        """Whether they may do something about an event, are its user, or may read everything."""
        return self._may_see(event.user, event.profile, {Permission.READ, Permission.REVOKE, Permission.REVIEW})

    def may_see_session(self, user: str) -> bool:
        """Whether they may end a session of the user, or may read everything."""
        return self.may_revoke_of(user) or self.may_read_all

    def may_revoke_of(self, user: str) -> bool:
        """Whether they may end sessions of a user: their own always."""
        return user == self.person.user or self.may_revoke_all

    def may_revoke(self, revocation: Revocation) -> bool:
        """Whether they may revoke many sessions at once, or continue it: of a user, of a profile, of everyone."""
        if revocation.target is Target.USER:
            return self.may_revoke_of(revocation.name)
        return revocation.target is not Target.SESSION and self.may_revoke_all

    def may_close(self, profile: str) -> bool:
        return self.may_revoke_all or self.approves(profile)

    def may_review(self, profile: str) -> bool:
        return Permission.REVIEW in self.permissions or self.approves(profile)

    def can_approve(self, request: ApprovalRequest, now: datetime) -> bool:
        """Whether their approval would count now: the request is pending, not theirs, and they have not voted."""
        return (
            request.status_at(now) is RequestStatus.PENDING
            and self.approves(request.profile)
            and not same_person(self.person, request.requester.person)
            and not any(same_person(self.person, vote.by) for vote in request.votes)
        )

    def can_review(self, event: BreakGlassEvent, now: datetime) -> bool:
        """Whether the event is over, awaits a review, and they may give it."""
        return (
            event.status_at(now) is not EventStatus.ACTIVE
            and event.awaits_review
            and self.may_review(event.profile)
            and not same_person(self.person, event.invoker)
        )

    def _may_see(self, user: str, profile: str, permissions: AbstractSet[Permission]) -> bool:
        return user == self.person.user or bool(self.permissions & permissions) or self.approves(profile)


def entitlement_of(person: Person, admin: AdminPolicy | None, approval: ApprovalPolicy | None) -> Entitlement:
    """Collect what the policies let a person do. Where one is missing, it gives nothing."""
    return Entitlement(person, permissions_of(admin, person), approval)


@dataclass(frozen=True, slots=True)
class Deed(Generic[Found_contra]):
    """What an operation does, which says whether a lockout stops it.

    `is_own` is whether it only protects the actor, by what it is done to: no lockout stops that. `gives` is whether
    anyone may have more after it: a lockout of everyone stops that too, and never what takes access away or lifts a
    lockout.
    """

    is_own: Callable[[Found_contra], bool]
    gives: bool = False

    def subjects(self, actor: Person) -> frozenset[str]:
        """Name the subjects of lockouts that can stop it."""
        return person_subjects(actor) | ({ALL_SUBJECT} if self.gives else frozenset())

    def is_stopped(self, found: Found_contra, lockouts: Collection[Lockout]) -> bool:
        """Whether lockouts of its subjects stop it, given those in force."""
        return bool(lockouts) and not self.is_own(found)


class Owned(Protocol):
    """What is some user's: a request, an event, a session."""

    @property
    def user(self) -> str: ...


def of_others(_: object) -> bool:
    """Say of a deed that it never only protects the actor."""
    return False


def owned_by(user: str) -> Callable[[Owned | None], bool]:
    """Say of a deed that it only protects the actor where what it is done to is the user's."""

    def is_own(found: Owned | None) -> bool:
        return found is not None and found.user == user

    return is_own


def ends_own(revocation: Revocation, user: str) -> bool:
    """Whether a revocation of many ends nothing but the user's own sessions."""
    return revocation.target is Target.USER and revocation.name == user
