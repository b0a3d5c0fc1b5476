"""The access policy's decision on a request, and what the audit line keeps of it."""

from datetime import datetime

from shared.core.access.evaluate import Decision, Facts, evaluate, facts_of_caller
from shared.core.access.recorded import record_facts
from shared.core.access.schema import AccessPolicy
from shared.edge.lambda_app import RequestContext


def facts_of(ctx: RequestContext, profile: str, now: datetime) -> Facts:
    """Say what the access policy may know about the caller of a request for a profile."""
    return facts_of_caller(ctx.principal, profile, now, ctx.request.caller.source_ip)


def decide(ctx: RequestContext, policy: AccessPolicy, profile: str, now: datetime) -> Decision:
    """Evaluate the access policy for the caller and a profile; note the facts that its rules read and the decision."""
    facts = facts_of(ctx, profile, now)
    decision = evaluate(policy, facts)
    ctx.audit.facts = {**record_facts(policy, facts)}
    ctx.audit.verdict, ctx.audit.rule = decision.verdict.value, decision.rule_name
    ctx.audit.dissenting_shadows = decision.dissenting_shadows
    return decision
