"""The break-glass policy document: who may use which profile in an emergency, without an approval, within budgets."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, model_validator

from shared.core.durations import DEFAULT
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
from shared.core.globs import matches_any
from shared.core.groups import GroupNames
from shared.core.name_globs import ProfileGlob, UserGlob
from shared.core.people import Person, check_named, is_from, is_named
from shared.core.time_window import TimeWindow

LONGEST_EVENT: Final = timedelta(hours=4)
LONGEST_BUDGET_WINDOW: Final = timedelta(days=31)
# A ledger keeps as many events as the largest budget counts; with these limits it fits into one item.
LARGEST_BUDGET: Final = 1000


class ReasonCode(StrEnum):
    INCIDENT = "incident"
    MAINTENANCE = "maintenance"
    SECURITY = "security"
    RECOVERY = "recovery"
    OTHER = "other"


def _is_an_event_long(value: timedelta) -> timedelta:
    if value > LONGEST_EVENT:
        raise ValueError("at most 4h: for longer access, request an approval")
    return value


def _is_a_budget_window(value: timedelta) -> timedelta:
    if value > LONGEST_BUDGET_WINDOW:
        raise ValueError("at most 31 days, 744h")
    return value


class BreakGlassBudget(DocumentModel):
    """How many events may start within any period of the length `window`."""

    per_user: Annotated[int, Field(ge=1, le=LARGEST_BUDGET)] | None = None
    per_profile: Annotated[int, Field(ge=1, le=LARGEST_BUDGET)] | None = None
    window: Annotated[Duration, AfterValidator(_is_a_budget_window)]

    @model_validator(mode="after")
    def _limits_something(self) -> Self:
        if self.per_user is None and self.per_profile is None:
            raise ValueError("a budget needs per_user, per_profile or both")
        return self


class BreakGlassRule(DocumentModel):
    """Which users and groups may use which profiles in an emergency; the first rule that names both applies.

    With `accounts`, it applies only to callers of those accounts. `cooldown` runs from the end of the user's last event
    for the profile. With `require_review`, a user whose event is not reviewed cannot start another, for any profile.
    """

    name: Name
    users: Annotated[tuple[UserGlob, ...], NonEmpty] | None = None
    groups: GroupNames | None = None
    accounts: Accounts | None = None
    profiles: Annotated[tuple[ProfileGlob, ...], NonEmpty]
    reasons: Annotated[tuple[Annotated[ReasonCode, Field(strict=False)], ...], NonEmpty]
    time: TimeWindow | None = None
    max_duration: Annotated[SessionDuration, AfterValidator(_is_an_event_long)] = DEFAULT
    cooldown: Duration | None = None
    budget: BreakGlassBudget | None = None
    require_review: bool = False

    @model_validator(mode="after")
    def _names_someone(self) -> Self:
        check_named("users", self.users, self.groups)
        return self


class BreakGlassPolicy(DocumentModel):
    """The document `policies/break-glass`. Without it, or without a rule that matches, no event can start."""

    version: SchemaVersion
    rules: Annotated[tuple[BreakGlassRule, ...], NonEmpty, RuleNames]


def rule_for(policy: BreakGlassPolicy | None, person: Person, profile: str) -> BreakGlassRule | None:
    """Find the rule of a person and a profile: the first that names both."""
    rules = () if policy is None else policy.rules
    return next(
        (
            rule
            for rule in rules
            if is_named(rule.users, rule.groups, person)
            and is_from(rule.accounts, person)
            and matches_any(rule.profiles, profile)
        ),
        None,
    )
