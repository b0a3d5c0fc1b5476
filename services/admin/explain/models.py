"""What `POST /v1/explain` takes and answers."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from services.admin.common.models import View, whole_seconds
from services.admin.tickets.check import Unusable
from shared.core.access.authorize import Issue, RefusalCode, Refuse
from shared.core.access.evaluate import Decision, Verdict
from shared.core.access.explain import Explanation, RuleAccount
from shared.core.approval.policy import ApprovalPolicy, approvers_for, can_be_met, rule_for
from shared.core.claims import ClaimName
from shared.core.grants import GrantUses
from shared.core.groups import GroupName
from shared.core.identity import Authentication
from shared.core.people import Person
from shared.core.ticket_lookup import TicketLookup
from shared.edge.inputs import Input, ProfileName, UserName, plain_text
from shared.edge.timestamps import Timestamp

AskedText = Annotated[str, StringConstraints(max_length=1000)]
AskedClaim = AskedText | Annotated[tuple[AskedText, ...], Field(max_length=200, strict=False)]


class ExplainRequest(Input):
    """Ask why. What is left out is the caller's own and the present instant.

    `claims` and `groups` are all there are: a claim that is not among them is not known, a group is known not to be.
    Without `groups`, another user's are those of the grant table, of no token.
    """

    profile: ProfileName
    user: UserName | None = None
    at: Timestamp | None = None
    account: Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")] | None = None
    role: Annotated[str, plain_text(0, 64)] | None = None
    source_ip: Annotated[str, StringConstraints(min_length=2, max_length=45)] | None = None
    authentication: Annotated[Authentication, Field(strict=False)] | None = None
    issuer: Annotated[str, plain_text(0, 32)] | None = None
    claims: Annotated[dict[ClaimName, AskedClaim], Field(max_length=50)] | None = None
    groups: Annotated[tuple[GroupName, ...], Field(max_length=200, strict=False)] | None = None


class ConditionView(View):
    """One written condition. `holds` is null where the fact is not known; `words` need the permission `read`."""

    name: str
    holds: bool | None
    words: str | None


class RuleView(View):
    """One rule of the access policy: whether it matched, and whether it is the one that decides."""

    name: str
    effect: str
    shadow: bool
    matched: bool
    decides: bool
    conditions: tuple[ConditionView, ...]


class Outcome(View):
    """What a vend would answer: credentials by way of `via`, or the refusal `code`."""

    result: Literal["issue", "refuse"]
    via: Literal["direct", "approval", "break-glass"] | None
    grant_id: str | None
    duration_s: int | None
    code: str | None


class LookupView(View):
    """The document `tickets/<name>` by which the ticket of a request is looked up.

    "unusable": it does not exist or is not valid, so that every request is refused; `problem` says which, with the
    permission `read`. Without it, "usable" is also said of one that is switched off.
    """

    name: str
    state: Literal["usable", "disabled", "unusable"]
    problem: str | None


class TermsView(View):
    """What a request would need: the approval rule of the profile, for the user in question.

    `ticket` is the pattern of its ticket; null where it needs none. `ticket_lookup` is null where none is looked up.
    """

    rule: str
    approvers: tuple[str, ...]
    quorum: int
    max_duration_s: int
    pending_s: int
    uses: GrantUses
    ticket: str | None
    ticket_lookup: LookupView | None


class ExplainResponse(View):
    """What would be decided, rule by rule. `approval` is null where no approval is demanded, or none can be given.

    Without the permission `read`, `rules` are those about the asker and the profile, and `catalogue` says "unknown" of
    a profile that is disabled as well.
    """

    user: str
    profile: str
    at: Timestamp
    catalogue: Literal["enabled", "disabled", "unknown"]
    locked_out: bool
    outcome: Outcome
    approval: TermsView | None
    rule: str | None
    policy_version: str
    rules: tuple[RuleView, ...]


def view_outcome(explanation: Explanation) -> Outcome:
    match explanation.outcome:
        case Refuse(code):
            return refused(code)
        case Issue(via, grant, duration):
            return Outcome(
                result="issue",
                via=via.value,
                grant_id=None if grant is None else grant.grant_id,
                duration_s=whole_seconds(duration),
                code=None,
            )


def view_terms(decision: Decision, policy: ApprovalPolicy | None, profile: str, asker: Person) -> TermsView | None:
    rule = rule_for(policy, profile)
    if decision.verdict is not Verdict.REQUIRE_APPROVAL or rule is None or not can_be_met(rule, asker):
        return None
    return TermsView(
        rule=rule.name,
        approvers=approvers_for(rule.approver_words, asker),
        quorum=rule.quorum,
        max_duration_s=whole_seconds(rule.max_duration),
        pending_s=whole_seconds(rule.pending_ttl),
        uses=rule.uses,
        ticket=rule.ticket,
        ticket_lookup=None,
    )


def view_lookup(name: str, found: TicketLookup | Unusable, *, may_read: bool) -> LookupView:
    if isinstance(found, Unusable):
        return LookupView(name=name, state="unusable", problem=found.problem if may_read else None)
    # When tickets are not looked up is no business of who could use it.
    state: Literal["usable", "disabled"] = "usable" if found.enabled or not may_read else "disabled"
    return LookupView(name=name, state=state, problem=None)


def refused(code: RefusalCode) -> Outcome:
    return Outcome(result="refuse", via=None, grant_id=None, duration_s=None, code=code.value)


def view_rule(account: RuleAccount, *, may_read: bool) -> RuleView:
    return RuleView(
        name=account.name,
        effect=account.effect,
        shadow=account.is_shadow,
        matched=account.matched,
        decides=account.decides,
        conditions=tuple(
            ConditionView(name=each.name, holds=each.holds, words=each.words if may_read else None)
            for each in account.conditions
        ),
    )
