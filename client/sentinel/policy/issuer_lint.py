"""What is valid in an issuer's document, or in a rule about its callers, and yet most likely not meant."""

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from sentinel.policy.lint import Lint
from shared.core.access.schema import AccessPolicy, Rule
from shared.core.globs import matches
from shared.core.identity import Authentication
from shared.core.issuer import Issuer, IssuerKind

BARE_NAMES: Final = "bare-names"
_GITHUB: Final = "https://token.actions.githubusercontent.com"
# GitHub gives a name that was given up to who asks for it; a number never.
_GITHUB_NUMBERS: Final = frozenset({"repository_owner_id", "repository_id", "enterprise_id"})
_GITHUB_NAMES: Final = frozenset({"repository", "repository_owner", "job_workflow_ref", "workflow_ref"})
_NAMES_ARE_FREED: Final = (
    "a GitHub name that is given up can be registered by anyone: write repository_owner_id or repository_id, the "
    "number, as well"
)


def lint_issuer(issuer: Issuer) -> list[Lint]:
    """Find what is probably a mistake."""
    findings = []
    if issuer.namespace == "":
        message = (
            "who this issuer calls alice is the user alice, the same as an Identity Center login or IAM user of that "
            "name: leave namespace out unless it is the directory of the same people"
        )
        findings.append(Lint("namespace", BARE_NAMES, message))
    if _is_github(issuer) and not _has_number(issuer.required_claims):
        findings.append(Lint("required_claims", "github-names", _NAMES_ARE_FREED))
    if issuer.kind is IssuerKind.PEOPLE and issuer.max_token_age is None:
        message = "a token of a person is believed until it expires: write a max_token_age such as 1h"
        findings.append(Lint("max_token_age", "any-age", message))
    return findings


def lint_rules_of_issuers(policy: AccessPolicy, issuers: Mapping[str, Issuer] | None) -> Iterator[Lint]:
    """Find rules that give something to more workloads, or deny it to more callers, than is likely meant.

    Where issuers are known, more is found.
    """
    for index, rule in enumerate(policy.rules):
        place = f"rules[{index}].conditions"
        if _denies_signers(rule):
            message = (
                "a claim that a caller does not have is not known, and holds in a deny: everyone who signs is denied. "
                "Write issuers, or authentication: [oidc], as well"
            )
            yield Lint(f"{place}.claims", "denies-signers", message)
        if rule.effect == "deny" or rule.shadow:
            continue
        reached = {} if issuers is None else _reached(rule, issuers)
        open_to = sorted(name for name, each in reached.items() if each.kind is IssuerKind.WORKLOAD)
        # What needs an approval is open to all who may ask for one.
        if rule.effect == "allow" and open_to and not _is_narrowed(rule):
            message = (
                f"every workload that issuer {open_to[0]!r} lets through may have this: write claims, such as "
                "repository or environment"
            )
            yield Lint(place, "any-workload", message)
        elif _trusts_names(rule, reached if issuers is not None else None):
            yield Lint(f"{place}.claims", "github-names", _NAMES_ARE_FREED)


def _denies_signers(rule: Rule) -> bool:
    conditions = rule.conditions
    is_open = conditions.issuers is None and (
        conditions.authentication is None or Authentication.SIGV4 in conditions.authentication
    )
    return rule.effect == "deny" and conditions.claims is not None and is_open


def _reached(rule: Rule, issuers: Mapping[str, Issuer]) -> dict[str, Issuer]:
    conditions = rule.conditions
    if conditions.authentication is not None and Authentication.OIDC not in conditions.authentication:
        return {}
    if conditions.accounts is not None or conditions.roles is not None:
        return {}
    return {
        name: issuer
        for name, issuer in issuers.items()
        if (conditions.issuers is None or name in conditions.issuers)
        and (conditions.users is None or any(matches(glob.partition("/")[0], name) for glob in _issued(rule)))
    }


def _issued(rule: Rule) -> list[str]:
    return [glob for glob in rule.conditions.users or () if "/" in glob]


def _is_narrowed(rule: Rule) -> bool:
    """Whether a workload needs more for it than a token: a claim, a group, or its own name."""
    return rule.conditions.claims is not None or rule.conditions.groups is not None or _names_subjects(rule)


def _names_subjects(rule: Rule) -> bool:
    """Whether every glob on users of issuers says more than that there is a user."""
    return rule.conditions.users is not None and all(glob.partition("/")[2].strip("*/") for glob in _issued(rule))


def _trusts_names(rule: Rule, reached: Mapping[str, Issuer] | None) -> bool:
    claims = rule.conditions.claims or {}
    if _has_number(claims) or not _GITHUB_NAMES & claims.keys():
        return False
    if reached is None:
        return True
    return any(_is_github(each) and not _has_number(each.required_claims) for each in reached.values())


def _is_github(issuer: Issuer) -> bool:
    return f"{issuer.issuer}/".startswith(f"{_GITHUB}/")


def _has_number(claims: Collection[str] | None) -> bool:
    return not _GITHUB_NUMBERS.isdisjoint(claims or ())
