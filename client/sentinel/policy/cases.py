"""A policy's own unit tests: cases, what each expects, and what the policy would really do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from sentinel.policy.files import UnusableInputError, complain, read_text
from sentinel.terminal.times import read_instant
from shared.core.access.authorize import Issue, RefusalCode, Refuse, authorize, is_requestable
from shared.core.access.evaluate import Facts, IpAddress, evaluate, parse_source_ip
from shared.core.access.schema import AccessPolicy
from shared.core.claims import ClaimName, ClaimValue, read_claims
from shared.core.fields import AccountId, DocumentModel, Duration, Name
from shared.core.grants import Grant
from shared.core.groups import GroupName, Groups
from shared.core.identity import Authentication
from shared.core.profile import Profile
from shared.core.stamp import Via
from shared.documents import DocumentError, check_items, read_document

# A grant lasts hours; more than a century of seconds is a slip of the unit.
_MOST_SECONDS_LEFT: Final = 10**9


def _read_address(value: Any) -> IpAddress:
    address = parse_source_ip(value) if isinstance(value, str) else None
    if address is None:
        raise ValueError("a source address is one IPv4 or IPv6 address, such as 192.0.2.7")
    return address


def _read_claim(value: Any) -> ClaimValue:
    found = read_claims({"claim": value}).get("claim")
    if found is None:
        raise ValueError("a claim is text, a whole number, true or false, or a list of text")
    return found


def _is_requestable(value: timedelta) -> timedelta:
    if not is_requestable(value):
        raise ValueError("STS issues nothing under 15m (900) or over 12h (43200): the service refuses such a request")
    return value


CaseClaim = str | tuple[str, ...]
RequestedDuration = Annotated[Duration, AfterValidator(_is_requestable)]
SecondsLeft = Annotated[float, Field(ge=-_MOST_SECONDS_LEFT, le=_MOST_SECONDS_LEFT)]
Outcome = Literal["issue", "approval_required", "denied", "locked_out", "grant_ending"]


class CaseRequest(DocumentModel):
    """Who asks for what, when. A fact left out is not known; an empty role or issuer is known to be none.

    `claims` and `groups` are all there are: a claim that is not among them is not known, a group is known not to be.
    """

    user: Name
    profile: Name
    at: Annotated[datetime, BeforeValidator(read_instant)]
    account: AccountId | None = None
    role: str | None = None
    source_ip: Annotated[IpAddress, BeforeValidator(_read_address)] | None = None
    duration: RequestedDuration | None = None
    authentication: Annotated[Authentication, Field(strict=False)] | None = None
    issuer: str | None = None
    claims: dict[ClaimName, Annotated[CaseClaim, BeforeValidator(_read_claim)]] | None = None
    groups: Annotated[tuple[GroupName, ...], Field(strict=False)] | None = None

    @property
    def facts(self) -> Facts:
        return Facts(
            self.user,
            self.profile,
            self.at,
            self.account,
            self.role,
            self.source_ip,
            self.authentication,
            self.issuer,
            self.claims,
            None if self.groups is None else Groups(frozenset(self.groups), not_known_in=frozenset()),
        )


class CaseGrants(DocumentModel):
    """Seconds left of the grants the caller holds for the profile; none left is no grant."""

    approval: SecondsLeft | None = None
    break_glass: SecondsLeft | None = None

    def held_at(self, at: datetime, profile: str) -> list[Grant]:
        left = {Via.APPROVAL: self.approval, Via.BREAK_GLASS: self.break_glass}
        return [
            Grant(via, f"case-{via}", profile, starts_at=at, ends_at=at + timedelta(seconds=seconds))
            for via, seconds in left.items()
            if seconds is not None
        ]


class Expectation(DocumentModel):
    """Only what is written is compared; `rule: null` is written, and means that no rule matched."""

    outcome: Outcome
    via: Literal["direct", "approval", "break-glass"] | None = None
    rule: str | None = None
    duration: Duration | None = None

    def as_written(self) -> Mapping[str, Any]:
        values = {key: getattr(self, key) for key in self.model_fields_set}
        if isinstance(values.get("duration"), timedelta):
            values["duration"] = int(values["duration"].total_seconds())
        return {key: values[key] for key in ("outcome", "via", "rule", "duration") if key in values}


class Case(DocumentModel):
    """One test of a policy."""

    name: Name
    request: CaseRequest
    grants: CaseGrants = CaseGrants()
    locked_out: bool = False
    expect: Expectation


@dataclass(frozen=True, slots=True)
class CaseResult:
    name: str
    expect: Mapping[str, Any]
    got: Mapping[str, Any]

    @property
    def passed(self) -> bool:
        return all(self.got[key] == value for key, value in self.expect.items())

    def as_json(self) -> Mapping[str, Any]:
        return {"name": self.name, "passed": self.passed, "expect": self.expect, "got": self.got}


def load_cases(file: Path) -> list[Case]:
    """Load the cases of a file.

    Raises:
        UnusableInputError: it cannot be read, or a case is not one.

    """
    text = read_text(file)
    try:
        return check_items(read_document(text).allowing_null(_is_nullable), Case)
    except DocumentError as error:
        raise UnusableInputError(complain(file, problem) for problem in error.problems) from None


def _is_nullable(path: tuple[str | int, ...]) -> bool:
    match path:
        case (int(), "expect", "via" | "rule" | "duration"):
            return True
        case _:
            return False


def run_case(case: Case, policy: AccessPolicy, catalogue: Mapping[str, Profile] | None) -> CaseResult:
    """Run a case against a policy. Without a catalogue every profile exists and caps nothing."""
    return CaseResult(case.name, case.expect.as_written(), _answer(case, policy, catalogue))


def _answer(case: Case, policy: AccessPolicy, catalogue: Mapping[str, Profile] | None) -> Mapping[str, Any]:
    request = case.request
    profile = None if catalogue is None else catalogue.get(request.profile)
    if catalogue is not None and (profile is None or not profile.enabled):
        return describe_outcome(Refuse(RefusalCode.DENIED), None)
    decision = evaluate(policy, request.facts)
    outcome = authorize(
        decision,
        profile=request.profile,
        grants=case.grants.held_at(request.at, request.profile),
        is_locked_out=case.locked_out,
        now=request.at,
        requested=request.duration,
        profile_cap=None if profile is None else profile.max_duration,
    )
    return describe_outcome(outcome, decision.rule_name)


def describe_outcome(outcome: Issue | Refuse, rule: str | None) -> Mapping[str, Any]:
    """Write an authorization in the words of a case's `expect`."""
    if isinstance(outcome, Refuse):
        return {"outcome": outcome.code.value, "via": None, "rule": rule, "duration": None}
    seconds = int(outcome.duration.total_seconds())
    return {"outcome": "issue", "via": outcome.via.value, "rule": rule, "duration": seconds}
