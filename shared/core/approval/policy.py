"""The approval policy document: who may approve what, for how long, under which conditions."""

import re
import warnings
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from shared.core.durations import DEFAULT, format_duration
from shared.core.fields import (
    Accounts,
    DocumentModel,
    Duration,
    Name,
    NonEmpty,
    RuleNames,
    SchemaVersion,
    SessionDuration,
)
from shared.core.globs import is_literal, matches_any
from shared.core.grants import GrantUses
from shared.core.groups import GroupNames
from shared.core.name_globs import ProfileGlob, UserGlob
from shared.core.people import Person, check_named, distinct, is_from, is_named, same_person
from shared.core.time_window import TimeWindow, open_until

LONGEST_WINDOW: Final = timedelta(days=7)
MOST_REMINDERS: Final = 5
_LONGEST_PENDING: Final = timedelta(days=30)
_GROUP: Final = "group "
# The pattern is matched against text of any caller, so it must not allow long matching.
_MOST_REPEATS: Final = 3
_REPEATED_GROUP: Final = re.compile(r"\)[*+?{]")
_REPEAT: Final = re.compile(r"(?<!\\)[*+{]")


def _is_quick_pattern(value: str) -> str:
    try:
        # A warning means that a later Python would read the pattern differently.
        with warnings.catch_warnings(action="error"):
            re.compile(value)
    except (re.error, OverflowError, RecursionError, Warning) as error:
        raise ValueError(f"not a regular expression: {error}") from None
    if _REPEATED_GROUP.search(value) or len(_REPEAT.findall(value)) > _MOST_REPEATS:
        raise ValueError(f"keep it simple, like INC-\\d+: no repeated groups, at most {_MOST_REPEATS} of * + {{}}")
    return value


def _at_most(limit: timedelta, words: str) -> AfterValidator:
    def check(value: timedelta) -> timedelta:
        if value > limit:
            raise ValueError(f"at most {words}")
        return value

    return AfterValidator(check)


WindowDuration = Annotated[SessionDuration, _at_most(LONGEST_WINDOW, "7 days, 168h")]
PendingDuration = Annotated[Duration, _at_most(_LONGEST_PENDING, "30 days, 720h")]
LookupName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
TicketPattern = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_is_quick_pattern)]


class AutoApproval(DocumentModel):
    """Automatic approval: for these users or groups (of `accounts`), up to `max_duration`, filed and used within
    `time`.
    """

    users: Annotated[tuple[UserGlob, ...], NonEmpty] | None = None
    groups: GroupNames | None = None
    accounts: Accounts | None = None
    time: TimeWindow | None = None
    max_duration: WindowDuration

    @model_validator(mode="after")
    def _names_someone(self) -> Self:
        check_named("users", self.users, self.groups)
        return self


class Escalation(DocumentModel):
    """Further approvers of a request that still waits `after` its filing: these users, and the members of `groups`."""

    after: Duration
    approvers: Annotated[tuple[UserGlob, ...], NonEmpty] | None = None
    groups: GroupNames | None = None

    @model_validator(mode="after")
    def _names_someone(self) -> Self:
        check_named("approvers", self.approvers, self.groups)
        return self


def _are_ascending(value: tuple[timedelta, ...]) -> tuple[timedelta, ...]:
    if any(earlier >= later for earlier, later in pairwise(value)):
        raise ValueError("write times after the filing, each later than the one before: [30m, 2h]")
    return value


Reminders = Annotated[
    tuple[Duration, ...], Field(min_length=1, max_length=MOST_REMINDERS, strict=False), AfterValidator(_are_ascending)
]


class ApprovalRule(DocumentModel):
    """How requests for some profiles are decided; the first rule that names a profile applies to it.

    Approvers are those that `approvers` matches and the members of `groups`. With `accounts`, only callers of those
    accounts are approvers. `max_duration` bounds each window, and the sum of the windows of an approval and its
    extensions unless `extended_max_duration` does. The document `tickets/<ticket_lookup>` says where the ticket of a
    request is looked up. With `chat`, an account in the chat is proof enough to file, decide, close and review.
    `reminders` are times after the filing at which approvers of a request that still waits are reminded.
    """

    name: Name
    profiles: Annotated[tuple[ProfileGlob, ...], NonEmpty]
    approvers: Annotated[tuple[UserGlob, ...], NonEmpty] | None = None
    groups: GroupNames | None = None
    accounts: Accounts | None = None
    quorum: Annotated[int, Field(ge=1, le=10)] = 1
    max_duration: WindowDuration = DEFAULT
    extended_max_duration: WindowDuration | None = None
    pending_ttl: PendingDuration = timedelta(hours=24)
    uses: Annotated[GrantUses, Field(strict=False)] = GrantUses.WINDOW
    ticket: TicketPattern | None = None
    ticket_lookup: LookupName | None = None
    auto_approve: AutoApproval | None = None
    chat: bool = False
    reminders: Reminders | None = None
    escalation: Escalation | None = None

    @property
    def approver_words(self) -> tuple[str, ...]:
        """The approvers as a request shows them: globs on users, and `group <name>`, which no user is called."""
        return _words(self)

    @property
    def further_words(self) -> tuple[str, ...]:
        """Those whom the escalation adds, in the same words."""
        return () if self.escalation is None else _words(self.escalation)

    @property
    def approver_groups(self) -> frozenset[str]:
        """The groups whose members may approve, at once or by escalation."""
        further = None if self.escalation is None else self.escalation.groups
        return frozenset([*(self.groups or ()), *(further or ())])

    def longest_after(self, so_far: timedelta) -> timedelta:
        """Give the longest window after windows of the sum `so_far` that it extends; not above zero: none at all."""
        return min(self.max_duration, (self.extended_max_duration or self.max_duration) - so_far)

    @model_validator(mode="after")
    def _extends_no_less_than_it_gives(self) -> Self:
        if self.extended_max_duration is not None and self.extended_max_duration < self.max_duration:
            raise ValueError("extended_max_duration is for a window and its extensions: not less than max_duration")
        return self

    @model_validator(mode="after")
    def _a_ticket_is_there_to_be_looked_up(self) -> Self:
        if self.ticket_lookup is not None and self.ticket is None:
            raise ValueError("ticket_lookup looks up a request's ticket: write ticket, the pattern it has to match")
        return self

    @model_validator(mode="after")
    def _quorum_can_be_met(self) -> Self:
        check_named("approvers", self.approvers, self.groups)
        if (
            self.groups is None
            and self.approvers is not None
            and all(map(is_literal, self.approvers))
            and len(set(self.approvers)) < self.quorum
        ):
            raise ValueError(f"a quorum of {self.quorum} cannot be met by {len(set(self.approvers))} approvers")
        return self

    @model_validator(mode="after")
    def _happens_while_a_request_waits(self) -> Self:
        times = [*(self.reminders or ()), *([] if self.escalation is None else [self.escalation.after])]
        if any(each >= self.pending_ttl for each in times):
            raise ValueError(
                f"reminders and escalation come before a request expires: {format_duration(self.pending_ttl)} after "
                "its filing, the pending_ttl"
            )
        return self


def _words(named: ApprovalRule | Escalation) -> tuple[str, ...]:
    return (*(named.approvers or ()), *(f"{_GROUP}{name}" for name in named.groups or ()))


class ApprovalPolicy(DocumentModel):
    """The document `policies/approval`. Without it, or without a rule for the profile, no one can approve."""

    version: SchemaVersion
    rules: Annotated[tuple[ApprovalRule, ...], NonEmpty, RuleNames]


def rule_for(policy: ApprovalPolicy | None, profile: str) -> ApprovalRule | None:
    """Find the rule of a profile: the first that names it."""
    rules = () if policy is None else policy.rules
    return next((rule for rule in rules if matches_any(rule.profiles, profile)), None)


def permits_chat(policy: ApprovalPolicy | None, profile: str) -> bool:
    """Whether the chat is proof enough for what concerns the profile: its rule has to say so."""
    rule = rule_for(policy, profile)
    return rule is not None and rule.chat


def is_approver(rule: ApprovalRule | None, person: Person, waited: timedelta | None = None) -> bool:
    """Whether the rule names the person as an approver of a request that has `waited` so long for its decision.

    Those of the escalation are approvers of such a request only: where it is about none, or the time is not known
    (None), they are not. Their own requests approvers may not approve even so.
    """
    if rule is None or not is_from(rule.accounts, person):
        return False
    if is_named(rule.approvers, rule.groups, person):
        return True
    further = rule.escalation
    if further is None or waited is None or waited < further.after:
        return False
    return is_named(further.approvers, further.groups, person)


def counts(rule: ApprovalRule, voter: Person, waited: timedelta | None) -> bool:
    """Whether a vote counts under the rule: it names the voter for a request that had `waited` so long at the vote,
    and accepts the proof of who they were.
    """
    return is_approver(rule, voter, waited) and (rule.chat or not voter.is_from_chat)


def auto_approved_until(
    rule: ApprovalRule,
    requester: Person,
    starts_at: datetime,
    ends_at: datetime,
) -> datetime | None:
    """Give the end of an automatically approved window; None where it is not approved automatically.

    The window must start within the rule's hours and ends with them: approval for office hours opens no night.
    """
    auto = rule.auto_approve
    if auto is None or not is_named(auto.users, auto.groups, requester) or not is_from(auto.accounts, requester):
        return None
    until = min(ends_at, starts_at + auto.max_duration)
    if auto.time is not None:
        until = open_until(auto.time, starts_at, until)
    return until if until > starts_at else None


def approvers_for(approvers: Iterable[str], requester: Person) -> tuple[str, ...]:
    """Give a rule's approvers without those that can only be the requester. A glob or a group may match others."""
    return tuple(
        each
        for each in approvers
        if each.startswith(_GROUP) or not is_literal(each) or not same_person(Person(each), requester)
    )


def can_be_met(rule: ApprovalRule, requester: Person) -> bool:
    """Whether enough people could approve a request of this person, at once or by escalation."""
    if rule.approver_groups:
        return True  # who is in a group is not listed here
    others = approvers_for((*rule.approver_words, *rule.further_words), requester)
    return not all(map(is_literal, others)) or len(distinct(map(Person, others))) >= rule.quorum
