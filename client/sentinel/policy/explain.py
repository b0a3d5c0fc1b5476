"""An explanation of a decision, as JSON and as text for people."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import click
from pydantic import ValidationError

from sentinel.errors import visible
from sentinel.policy.cases import CaseGrants, CaseRequest, describe_outcome
from sentinel.policy.files import UnusableInputError, load_file
from sentinel.policy.folders import load_catalogue
from shared.clock import utc_now
from shared.core.access.authorize import Issue, RefusalCode, Refuse
from shared.core.access.evaluate import Decision, Verdict
from shared.core.access.explain import ConditionAccount, Explanation, RuleAccount
from shared.core.access.explain import explain as explain_decision
from shared.core.access.schema import AccessPolicy
from shared.core.durations import format_duration
from shared.documents.words import describe

# The catalogue is looked at before the policy: what it does not offer is denied to everyone.
NO_SUCH_PROFILE: Final = Explanation((), Decision(Verdict.DENY, None), Refuse(RefusalCode.DENIED))
_FILE: Final = click.Path(path_type=Path)
_MARKS: Final = {True: "✓", False: "✗", None: "?"}


def explanation_as_json(explanation: Explanation) -> Mapping[str, Any]:
    return {
        "answer": describe_outcome(explanation.outcome, explanation.decision.rule_name),
        "dissenting_shadows": list(explanation.decision.dissenting_shadows),
        "rules": [_rule_as_json(rule) for rule in explanation.rules],
    }


def _rule_as_json(rule: RuleAccount) -> Mapping[str, Any]:
    return {
        "name": rule.name,
        "effect": rule.effect,
        "shadow": rule.is_shadow,
        "matched": rule.matched,
        "decides": rule.decides,
        "conditions": [{"name": c.name, "holds": c.holds, "why": c.words} for c in rule.conditions],
    }


def explanation_as_text(explanation: Explanation) -> Iterator[str]:
    for rule in explanation.rules:
        kind = f"{rule.effect}, shadow" if rule.is_shadow else rule.effect
        yield f"{_MARKS[rule.matched]} {rule.name} ({kind}){_role_of(rule)}"
        yield from map(_condition_as_text, rule.conditions)
    if explanation.decision.dissenting_shadows:
        yield f"would have decided otherwise: {', '.join(explanation.decision.dissenting_shadows)}"
    yield _answer_as_text(explanation)


def _role_of(rule: RuleAccount) -> str:
    if rule.decides:
        return " ← decides"
    return ": matches everyone" if rule.matched and not rule.conditions else ""


def _condition_as_text(condition: ConditionAccount) -> str:
    return f"    {_MARKS[condition.holds]} {condition.name}: {condition.words}"


def _answer_as_text(explanation: Explanation) -> str:
    because = _because(explanation)
    match explanation.outcome:
        case Issue() as issued:
            return f"→ issued for {format_duration(issued.duration)}, via {issued.via}, {because}"
        case Refuse(code):
            return f"→ refused: {code}, {because}"


def _because(explanation: Explanation) -> str:
    if explanation is NO_SUCH_PROFILE:
        return "the profile is not in the catalogue, or is disabled"
    rule = explanation.decision.rule
    if rule is None:
        return "no rule matches"
    return f"rule {rule.name!r} ({rule.reason})" if rule.reason else f"rule {rule.name!r}"


@click.command
@click.option("--policy", "policy_file", type=_FILE, required=True, metavar="FILE", help="The access policy to ask.")
@click.option("--profiles", type=_FILE, metavar="DIR", help="The profiles' documents, <name>.yaml each.")
@click.option("--user", required=True, help="The caller as policies name them: alice, role/ci-deploy.")
@click.option("--profile", required=True, help="The requested profile.")
@click.option("--at", help="The instant, ISO 8601 with an offset; default: now.")
@click.option("--account", help="The caller's account. Default: not known.")
@click.option("--role", help='The caller\'s role name; "" for a caller known to have none; default: not known.')
@click.option("--source-ip", help="The caller's address. Default: not known.")
@click.option(
    "--authentication",
    type=click.Choice(["sigv4", "oidc", "chat"]),
    help="How the caller proved who they are. Default: not known.",
)
@click.option("--issuer", help='The issuer of the caller\'s token; "" for none; default: not known.')
@click.option("--claim", "claim", multiple=True, metavar="NAME=TEXT", help="A claim of the token; several times.")
@click.option("--group", "group", multiple=True, help="A group the caller is in; several times. Default: not known.")
@click.option("--duration", help="The requested duration: 1h30m, 5400.")
@click.option(
    "--approval", type=click.IntRange(0, 10**9), metavar="SECONDS", help="Seconds left of an approved request."
)
@click.option(
    "--break-glass", type=click.IntRange(0, 10**9), metavar="SECONDS", help="Seconds left of a break-glass event."
)
@click.option("--locked-out", is_flag=True, help="As if the caller were locked out.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def explain(
    policy_file: Path,
    profiles: Path | None,
    approval: int | None,
    break_glass: int | None,
    claim: tuple[str, ...],
    group: tuple[str, ...],
    *,
    locked_out: bool,
    as_json: bool,
    **request: str | None,
) -> None:
    """Say what a policy would answer to a request, rule by rule, with the reasons.

    Exit code 0: the question is answered, with any answer; 2: a file or an option cannot be used.
    """
    policy, _ = load_file(policy_file, AccessPolicy)
    asked = _read_request(request, claim, group, utc_now())
    catalogue = None if profiles is None else load_catalogue(profiles)
    profile = None if catalogue is None else catalogue.get(asked.profile)
    if catalogue is not None and (profile is None or not profile.enabled):
        _print(NO_SUCH_PROFILE, as_json=as_json)
        return
    explanation = explain_decision(
        policy,
        asked.facts,
        grants=CaseGrants(approval=approval, break_glass=break_glass).held_at(asked.at, asked.profile),
        is_locked_out=locked_out,
        requested=asked.duration,
        profile_cap=None if profile is None else profile.max_duration,
    )
    _print(explanation, as_json=as_json)


def _print(explanation: Explanation, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(explanation_as_json(explanation), indent=2, ensure_ascii=False))
    else:
        click.echo(visible("\n".join(explanation_as_text(explanation))))


def _read_request(
    options: dict[str, str | None], claims: Sequence[str], groups: Sequence[str], now: datetime
) -> CaseRequest:
    written: dict[str, Any] = {key: value for key, value in options.items() if value is not None}
    if claims:
        written["claims"] = dict(map(_read_claim, claims))
    if groups:
        written["groups"] = list(groups)
    written.setdefault("at", now.isoformat())
    try:
        return CaseRequest.model_validate(written)
    except ValidationError as error:
        complaints = (f"--{'-'.join(map(str, path))}: {text}" for path, text in describe(error, written, CaseRequest))
        raise UnusableInputError(complaint.replace("_", "-", 1) for complaint in complaints) from None


def _read_claim(option: str) -> tuple[str, str]:
    name, equals, value = option.partition("=")
    if not equals:
        raise click.UsageError(f"--claim {option!r}: write NAME=TEXT, as --claim environment=production")
    return name, value
