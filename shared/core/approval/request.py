"""An approval request: what was requested, what was decided, and the resulting state.

    pending ──→ approved ──→ consumed | ended | withdrawn
       └──────→ denied | cancelled | expired

Time moves `pending` to `expired` and `approved` to `ended` without a write: decide by `status_at`; `status` is only
what was last written.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shared.core.access.evaluate import Facts, parse_source_ip
from shared.core.grants import Extended, GrantUses, RequestStatus
from shared.core.identity import Authentication
from shared.core.marks import UNMARKED, Marks
from shared.core.people import Action, Person

OPEN: Final = frozenset({RequestStatus.PENDING, RequestStatus.APPROVED})


@dataclass(frozen=True, slots=True)
class Requester:
    """Who filed a request, with the facts that the access policy was evaluated against then."""

    person: Person
    arn: str
    account: str
    role: str
    source_ip: str | None

    @property
    def user(self) -> str:
        return self.person.user

    @property
    def authentication(self) -> Authentication:
        """How they proved who they were. A caller without an account came with a token, or from the chat."""
        if self.account:
            return Authentication.SIGV4
        return Authentication.CHAT if self.person.is_from_chat else Authentication.OIDC


@dataclass(frozen=True, slots=True)
class Vote:
    """One approval by one person. `at` is UTC."""

    by: Person
    at: datetime
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class FurtherApprovers:
    """Who may approve, too, from an instant (UTC) on, if the request still waits then; in the words of `approvers`."""

    from_at: datetime
    approvers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ApprovalRequest:
    """One request. Instants are UTC, to the second.

    `duration` is the requested length of the window and `wanted_start` its requested start, None for at once.
    `starts_at` and `ends_at` are the window, once approved. `approvers`, `further`, `quorum` and `uses` are those of
    the approval rule when it was last evaluated. `rule` and `policy_version` are the access policy's when the request
    was filed. `extended_by` is the id of the request that last asked to extend this one.
    """

    request_id: str
    requester: Requester
    profile: str
    reason: str
    ticket: str | None
    duration: timedelta
    wanted_start: datetime | None
    created_at: datetime
    pending_until: datetime
    approvers: tuple[str, ...]
    quorum: int
    uses: GrantUses
    rule: str | None
    policy_version: str
    status: RequestStatus = RequestStatus.PENDING
    votes: tuple[Vote, ...] = ()
    is_auto_approved: bool = False
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    ended: Action | None = None
    extends: Extended | None = None
    extended_by: str | None = None
    further: FurtherApprovers | None = None
    marks: Marks = UNMARKED

    @property
    def user(self) -> str:
        return self.requester.user

    @property
    def so_far(self) -> timedelta:
        """The sum of the windows that it extends."""
        return timedelta(0) if self.extends is None else self.extends.so_far

    def status_at(self, now: datetime) -> RequestStatus:
        """Give the state at an instant: the written status, and what time has changed since."""
        if self.status is RequestStatus.PENDING and now >= self.pending_until:
            return RequestStatus.EXPIRED
        if self.status is RequestStatus.APPROVED and self.ends_at is not None and now >= self.ends_at:
            return RequestStatus.ENDED
        return self.status

    def waited(self, now: datetime) -> timedelta:
        """Give how long it has waited for its decision, or had when that came."""
        if self.starts_at is not None:
            decided_at = self.votes[-1].at if self.votes else self.created_at
        else:
            decided_at = min(now, self.pending_until) if self.ended is None else self.ended.at
        return decided_at - self.created_at

    def approvers_at(self, now: datetime) -> tuple[str, ...]:
        """Give the approvers, with those of the escalation once it has waited so long."""
        further = self.further
        if further is None or self.created_at + self.waited(now) < further.from_at:
            return self.approvers
        return (*self.approvers, *(each for each in further.approvers if each not in self.approvers))

    def facts(self) -> Facts:
        """Give the facts of when the request was filed, to evaluate a newer access policy against them.

        Issuer, claims and groups are not kept, so they are not known; of a caller without a token it is known that
        they had no issuer.
        """
        requester = self.requester
        return Facts(
            user=self.user,
            profile=self.profile,
            at=self.created_at,
            account=requester.account,
            role=requester.role,
            source_ip=None if requester.source_ip is None else parse_source_ip(requester.source_ip),
            authentication=requester.authentication,
            issuer=None if requester.authentication is Authentication.OIDC else "",
        )
