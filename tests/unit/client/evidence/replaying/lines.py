"""Audit lines of vends, as the vend Lambda writes them, made from facts by the real decision."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from shared.core.access.authorize import Issue, authorize
from shared.core.access.evaluate import Facts, evaluate
from shared.core.access.recorded import Circumstances, record_circumstances, record_facts
from shared.core.access.schema import AccessPolicy


def policy_of(*rules: Mapping[str, Any]) -> AccessPolicy:
    return AccessPolicy.model_validate({"version": "1", "rules": rules})


def rule_of(name: str, effect: str = "allow", /, *, rule: Mapping[str, Any] | None = None, **conditions: Any) -> Any:
    return {"name": name, "effect": effect, "conditions": conditions, **(rule or {})}


def circumstances_of(ask: Mapping[str, Any], grants: tuple[Any, ...] | None = ()) -> Circumstances:
    requested, cap = (
        None if ask[name] is None else timedelta(seconds=ask[name]) for name in ("requested", "profile_cap")
    )
    return Circumstances(True, ask["locked_out"], requested, cap, grants)


def a_vend(policy: AccessPolicy, facts: Facts, found: Circumstances, /, **changes: Any) -> dict[str, Any]:
    """Write the line of a request for credentials that the policy decided, through JSON as a log does."""
    decision = evaluate(policy, facts)
    line: dict[str, Any] = {
        "kind": "sentinel.audit",
        "time": facts.at.isoformat(),
        "service": "vend",
        "operation": "GET /",
        "request_id": "r-1",
        "user": facts.user,
        "profile": facts.profile,
        "verdict": decision.verdict.value,
        "facts": {**record_facts(policy, facts), **record_circumstances(found)},
    }
    if decision.rule is not None:
        line["rule"] = decision.rule.name
    if found.is_enabled:
        line |= _answer(decision, facts, found)
    else:
        line |= {"outcome": "refused", "code": "denied"}
    written: dict[str, Any] = json.loads(json.dumps(line | changes))
    return {name: value for name, value in written.items() if value is not None}


def _answer(decision: Any, facts: Facts, found: Circumstances) -> dict[str, Any]:
    answer = authorize(
        decision,
        profile=facts.profile,
        grants=found.grants or (),
        is_locked_out=found.is_locked_out,
        now=facts.at,
        requested=found.requested,
        profile_cap=found.profile_cap,
    )
    if not isinstance(answer, Issue):
        return {"outcome": "refused", "code": answer.code.value}
    given = int(answer.duration.total_seconds())
    return {"outcome": "issued", "via": answer.via.value, "duration_given_s": given, "session_id": "s-1"}
