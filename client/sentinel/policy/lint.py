"""Lints: what is valid in a document and yet most likely not meant. Here those of grants and permissions."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

from shared.core.approval.policy import ApprovalPolicy, ApprovalRule
from shared.core.break_glass.policy import BreakGlassPolicy, BreakGlassRule
from shared.core.fields import DocumentModel
from shared.core.globs import is_literal, matches
from shared.core.issuer import Issuer
from shared.core.people import Person, same_person
from shared.core.permissions import AdminPolicy
from shared.core.profile import Profile


@dataclass(frozen=True, slots=True)
class Lint:
    """A finding: `place` in the document, `rule` the lint's own name, `message` what happens and what to write."""

    place: str
    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class Known:
    """The other documents, where they are known: a lint that asks for one of a kind finds nothing without it.

    `groups` and `ticket_lookups` are the names of those that have a document; `policies` the other policies.
    """

    profiles: Mapping[str, Profile] | None = None
    issuers: Mapping[str, Issuer] | None = None
    groups: Collection[str] | None = None
    ticket_lookups: Collection[str] | None = None
    policies: Sequence[DocumentModel] = ()


NOTHING_KNOWN: Final = Known()


class _Named(Protocol):
    @property
    def name(self) -> str: ...


class _OfAccounts(_Named, Protocol):
    @property
    def accounts(self) -> Sequence[str] | None: ...


Rule = TypeVar("Rule", bound=_OfAccounts)


def of_every_account(rules: Sequence[Rule]) -> list[tuple[int, Rule]]:
    """Find the rules, with their positions, that give power to callers of every trusted account."""
    return [(index, rule) for index, rule in enumerate(rules) if rule.accounts is None]


def forgotten_accounts(rules: Sequence[_OfAccounts]) -> Iterator[Lint]:
    """Find the rules that name no accounts in a document where others do."""
    found = of_every_account(rules)
    if len(found) < len(rules):
        message = "other rules name accounts, and this one takes callers of every trusted account: name those it is for"
        yield from (Lint(f"rules[{index}]", "every-account", message) for index, _ in found)


def bare_names(rules: Iterable[tuple[Sequence[str] | None, Sequence[str] | None]]) -> Iterator[Lint]:
    """Find the rules of several accounts whose globs on users match callers of Sentinel's own account only."""
    for index, (users, accounts) in enumerate(rules):
        if len(set(accounts or ())) > 1 and users and not any("/" in glob for glob in users):
            message = (
                "only callers of Sentinel's own account, and of SENTINEL_SHARED_NAME_ACCOUNTS, have such names; "
                "others are <account>/<name>: add these, such as 210987654321/alice"
            )
            yield Lint(f"rules[{index}]", "own-account-only", message)


def unreachable(rules: Sequence[_Named], globs: Sequence[Sequence[Iterable[str]]]) -> Iterator[Lint]:
    """Find rules that an earlier one leaves nothing for; `globs` are each rule's lists, all of which must match."""
    for later, wanted in enumerate(globs):
        for earlier, taken in enumerate(globs[:later]):
            if all(_takes_all(one, other) for one, other in zip(taken, wanted, strict=True)):
                yield Lint(
                    f"rules[{later}]",
                    "unreachable",
                    f"never reached: rule {rules[earlier].name!r} before it names everything this one does",
                )
                break


def lint_approval(policy: ApprovalPolicy, ticket_lookups: Collection[str] | None = None) -> list[Lint]:
    """Find what is probably a mistake: rules never reached first, then in the order of the document.

    `ticket_lookups` as in `Known`.
    """
    findings = list(unreachable(policy.rules, [[rule.profiles] for rule in policy.rules]))
    findings.extend(forgotten_accounts(policy.rules))
    findings.extend(bare_names((_approvers(rule), rule.accounts) for rule in policy.rules))
    for index, rule in enumerate(policy.rules):
        findings.extend(_check_approvers(f"rules[{index}].approvers", rule.approvers or ()))
        if rule.escalation is not None:
            findings.extend(_check_approvers(f"rules[{index}].escalation.approvers", rule.escalation.approvers or ()))
        findings.extend(_check_auto_approval(f"rules[{index}]", rule))
        findings.extend(_check_chat(f"rules[{index}]", rule))
        if ticket_lookups is not None and rule.ticket_lookup not in (None, *ticket_lookups):
            message = (
                f"no document tickets/{rule.ticket_lookup}: every request by this rule is refused until one is stored"
            )
            findings.append(Lint(f"rules[{index}].ticket_lookup", "unknown-ticket-lookup", message))
    return findings


def lint_break_glass(policy: BreakGlassPolicy) -> list[Lint]:
    """Find what is probably a mistake: rules never reached first, then in the order of the document."""
    findings = list(unreachable(policy.rules, [_taken(rule) for rule in policy.rules]))
    findings.extend(forgotten_accounts(policy.rules))
    findings.extend(bare_names((rule.users, rule.accounts) for rule in policy.rules))
    for index, rule in enumerate(policy.rules):
        if _costs_nothing(rule):
            message = "nothing limits how often: write a cooldown, a budget or require_review"
            findings.append(Lint(f"rules[{index}]", "unlimited", message))
    return findings


def lint_admin(policy: AdminPolicy) -> list[Lint]:
    """Find what is probably a mistake."""
    named = ((rule.users, rule.accounts) for rule in policy.rules)
    return [*forgotten_accounts(policy.rules), *bare_names(named)]


def _approvers(rule: ApprovalRule) -> list[str]:
    return [*(rule.approvers or ()), *(() if rule.escalation is None else rule.escalation.approvers or ())]


def _check_approvers(place: str, approvers: Sequence[str]) -> Iterator[Lint]:
    if "*" in approvers:
        yield Lint(place, "anyone-approves", "* lets every colleague approve: name who should")
    role = next((glob for glob in approvers if _meets_roles(glob)), None)
    if role is not None:
        message = (
            f"{role!r} is a role, whose holder picks the session name: they can approve for themselves. Name people"
        )
        yield Lint(place, "role-approves", message)
    people = [Person(name) for name in approvers if is_literal(name)]
    twice = next((b.user for i, b in enumerate(people) for a in people[:i] if same_person(a, b)), None)
    if twice is not None:
        message = f"{twice!r} may be a person named before under another spelling, and then counts once"
        yield Lint(place, "same-person", message)


def _meets_roles(glob: str) -> bool:
    namespace, slash, _ = glob.rpartition("/")
    return bool(slash) and matches(namespace.rpartition("/")[2], "role")


def _check_chat(place: str, rule: ApprovalRule) -> Iterator[Lint]:
    if rule.chat and rule.accounts is not None:
        message = "a person in the chat has no account, so accounts lets no one approve there: remove one of the two"
        yield Lint(f"{place}.chat", "no-one-in-chat", message)


def _check_auto_approval(place: str, rule: ApprovalRule) -> Iterator[Lint]:
    if rule.auto_approve is not None and "*" in (rule.auto_approve.users or ()):
        message = "everyone's requests approve themselves: an allow rule in the access policy says so more plainly"
        yield Lint(f"{place}.auto_approve.users", "approves-everyone", message)


def _taken(rule: BreakGlassRule) -> list[Sequence[str]]:
    return [_who(rule), rule.profiles, ("every account",) if rule.accounts is None else rule.accounts]


def _who(rule: BreakGlassRule) -> list[str]:
    return [*(rule.users or ()), *(f"group {name}" for name in rule.groups or ())]


def _costs_nothing(rule: BreakGlassRule) -> bool:
    return rule.cooldown is None and rule.budget is None and not rule.require_review


def _takes_all(earlier: Iterable[str], later: Iterable[str]) -> bool:
    """Whether every glob of the later list is in the earlier one. A glob that covers another unseen is let pass."""
    return set(later) <= set(earlier)
