"""Permissions in the admin API: for one's own items, as an approver, and by the admin policy document.

A session name never permits anything. Which lockouts stop which operations is decided here, too.
"""

from collections.abc import Callable, Collection, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Generic, Protocol, Self, TypeVar

from pydantic import Field, model_validator

from shared.core.approval.policy import ApprovalPolicy, is_approver, rule_for
from shared.core.approval.request import ApprovalRequest
from shared.core.break_glass.event import BreakGlassEvent
from shared.core.fields import Accounts, DocumentModel, Name, NonEmpty, RuleNames, SchemaVersion
from shared.core.globs import matches_any
from shared.core.grants import EventStatus, Lockout, RequestStatus
from shared.core.groups import GroupGlob, GroupNames
from shared.core.name_globs import UserGlob
from shared.core.people import Person, check_named, is_from, is_named, same_person
from shared.core.revocation import Revocation, Target
from shared.core.subjects import ALL_SUBJECT, person_subjects


class Permission(StrEnum):
    READ = "read"  # see all requests, events and sessions
    REVOKE = "revoke"  # end grants and sessions
    LOCK = "lock"  # set and lift lockouts
    REVIEW = "review"  # review break-glass events
    GROUPS = "groups"  # push the members of groups


class AdminRule(DocumentModel):
    """One rule; permissions of several rules add up. With `accounts`, it applies only to callers of those accounts.

    The permission `groups` is for the groups that match `may_push`: who may push a group can be in it.
    """

    name: Name
    users: Annotated[tuple[UserGlob, ...], NonEmpty] | None = None
    groups: GroupNames | None = None
    accounts: Accounts | None = None
    permissions: Annotated[tuple[Annotated[Permission, Field(strict=False)], ...], NonEmpty]
    may_push: Annotated[tuple[GroupGlob, ...], NonEmpty] | None = None

    @model_validator(mode="after")
    def _names_someone(self) -> Self:
        check_named("users", self.users, self.groups)
        return self

    @model_validator(mode="after")
    def _says_which_groups(self) -> Self:
        if (Permission.GROUPS in self.permissions) != (self.may_push is not None):
            raise ValueError('the permission groups and the key may_push go together: may_push: ["*-oncall"]')
        return self


class AdminPolicy(DocumentModel):
    """The document `policies/admin`. Without it, no one has any of these permissions."""

    version: SchemaVersion
    rules: Annotated[tuple[AdminRule, ...], NonEmpty, RuleNames]


def _rules_for(policy: AdminPolicy | None, person: Person) -> Iterator[AdminRule]:
    for rule in () if policy is None else policy.rules:
        if is_named(rule.users, rule.groups, person) and is_from(rule.accounts, person):
            yield rule


def permissions_of(policy: AdminPolicy | None, person: Person) -> AbstractSet[Permission]:
    """Give the permissions that the policy gives a person."""
    return frozenset(permission for rule in _rules_for(policy, person) for permission in rule.permissions)


Found_contra = TypeVar("Found_contra", contravariant=True)


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What the policies let one caller see and do."""

    person: Person
    permissions: AbstractSet[Permission]
    approval: ApprovalPolicy | None
    pushes: tuple[str, ...] = ()

    @property
    def may_read_all(self) -> bool:
        """Whether they see everyone's requests, events and sessions."""
        return Permission.READ in self.permissions

    @property
    def may_revoke_all(self) -> bool:
        """Whether they may end everyone's grants and sessions; for their own no permission is needed."""
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

    def may_push(self, group: str) -> bool:
        """Whether they may say who is in the group."""
        return matches_any(self.pushes, group)

    def approves(self, profile: str) -> bool:
        """Whether they are an approver of the profile; they may not approve their own requests even so."""
        return is_approver(rule_for(self.approval, profile), self.person)

    def approves_request(self, request: ApprovalRequest, now: datetime) -> bool:
        """Whether they are an approver of the request, by escalation once it has waited so long."""
        return is_approver(rule_for(self.approval, request.profile), self.person, request.waited(now))

    def may_see_request(self, request: ApprovalRequest, now: datetime) -> bool:
        """Whether they may decide on or revoke the request, are its user, or may read everything."""
        may_act = self._may_see(request.user, {Permission.READ, Permission.REVOKE})
        return may_act or self.approves_request(request, now)

    def may_see_event(self, event: BreakGlassEvent, _: datetime) -> bool:
        """Whether they may close or review the event, are its user, or may read everything."""
        may_act = self._may_see(event.user, {Permission.READ, Permission.REVOKE, Permission.REVIEW})
        return may_act or self.approves(event.profile)

    def may_see_session(self, user: str) -> bool:
        """Whether they may end a session of the user, or may read everything."""
        return self.may_revoke_of(user) or self.may_read_all

    def may_revoke_of(self, user: str) -> bool:
        """Whether they may end sessions of a user; their own always."""
        return user == self.person.user or self.may_revoke_all

    def may_revoke(self, revocation: Revocation) -> bool:
        """Whether they may make or continue a revocation of all sessions of a user, of a profile or of everyone."""
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
            and self.approves_request(request, now)
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

    def _may_see(self, user: str, permissions: AbstractSet[Permission]) -> bool:
        return user == self.person.user or bool(self.permissions & permissions)


def entitlement_of(person: Person, admin: AdminPolicy | None, approval: ApprovalPolicy | None) -> Entitlement:
    """Give what the policies permit a person. A missing policy permits nothing."""
    pushes = tuple(glob for rule in _rules_for(admin, person) for glob in rule.may_push or ())
    return Entitlement(person, permissions_of(admin, person), approval, pushes)


@dataclass(frozen=True, slots=True)
class Deed(Generic[Found_contra]):
    """What an operation does, from which follows whether a lockout stops it.

    `is_own` decides, by the operation's object, whether it only protects the actor: no lockout stops that. `gives` says
    whether someone may have more access after it: a lockout of everyone stops that too, but never what takes access
    away or lifts a lockout.
    """

    is_own: Callable[[Found_contra], bool]
    gives: bool = False

    def subjects(self, actor: Person) -> frozenset[str]:
        """Give the subjects of the lockouts that can stop it."""
        return person_subjects(actor) | ({ALL_SUBJECT} if self.gives else frozenset())

    def is_stopped(self, found: Found_contra, lockouts: Collection[Lockout]) -> bool:
        """Whether the lockouts in force for its subjects stop it."""
        return bool(lockouts) and not self.is_own(found)


class Owned(Protocol):
    """What belongs to a user: a request, an event or a session."""

    @property
    def user(self) -> str: ...


def of_others(_: object) -> bool:
    """Mark an operation, as its `is_own`, as one that never only protects the actor."""
    return False


def owned_by(user: str) -> Callable[[Owned | None], bool]:
    """Make the `is_own` of an operation that only protects the actor if its object belongs to the user."""

    def is_own(found: Owned | None) -> bool:
        return found is not None and found.user == user

    return is_own


def ends_own(revocation: Revocation, user: str) -> bool:
    """Whether the revocation ends only the user's own sessions."""
    return revocation.target is Target.USER and revocation.name == user
