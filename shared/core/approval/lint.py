"""What is valid in an approval policy and yet most likely not meant."""

from collections.abc import Iterator

from shared.core.approval.policy import ApprovalPolicy, ApprovalRule
from shared.core.globs import is_literal, matches
from shared.core.lints import Lint, forgotten_accounts, unreachable
from shared.core.people import Person, same_person


def lint_approval(policy: ApprovalPolicy) -> list[Lint]:
    """Find what is probably a mistake: rules never reached first, then in the order of the document."""
    findings = list(unreachable(policy.rules, [[rule.profiles] for rule in policy.rules]))
    findings.extend(forgotten_accounts(policy.rules))
    for index, rule in enumerate(policy.rules):
        findings.extend(_check_approvers(f"rules[{index}]", rule))
        findings.extend(_check_auto_approval(f"rules[{index}]", rule))
    return findings


def _check_approvers(place: str, rule: ApprovalRule) -> Iterator[Lint]:
    if "*" in rule.approvers:
        yield Lint(f"{place}.approvers", "anyone-approves", "* lets every colleague approve: name who should")
    role = next((glob for glob in rule.approvers if _meets_roles(glob)), None)
    if role is not None:
        message = (
            f"{role!r} is a role, whose holder picks the session name: they can approve for themselves. Name people"
        )
        yield Lint(f"{place}.approvers", "role-approves", message)
    people = [Person(name) for name in rule.approvers if is_literal(name)]
    twice = next((b.user for i, b in enumerate(people) for a in people[:i] if same_person(a, b)), None)
    if twice is not None:
        message = f"{twice!r} may be somebody named before under another spelling, and then counts once"
        yield Lint(f"{place}.approvers", "same-person", message)


def _meets_roles(glob: str) -> bool:
    namespace, slash, _ = glob.partition("/")
    return bool(slash) and matches(namespace, "role")


def _check_auto_approval(place: str, rule: ApprovalRule) -> Iterator[Lint]:
    if rule.auto_approve is not None and "*" in rule.auto_approve.users:
        message = "everyone's requests approve themselves: an allow rule in the access policy says so more plainly"
        yield Lint(f"{place}.auto_approve.users", "approves-everyone", message)
