"""The access policy's decision on a request, and what the audit line keeps of it."""

from datetime import datetime

from shared.core.access.evaluate import Decision, Facts, evaluate, facts_of_caller
from shared.core.access.schema import AccessPolicy
from shared.edge.caller_facts import note_facts_read
from shared.edge.lambda_app import RequestContext


def facts_of(ctx: RequestContext, profile: str, now: datetime) -> Facts:
    """Say what the access policy may know about the caller of a request for a profile."""
    return facts_of_caller(ctx.principal, profile, now, ctx.request.caller.source_ip)


def decide(ctx: RequestContext, policy: AccessPolicy, profile: str, now: datetime) -> Decision:
    """Evaluate the access policy for the caller and a profile, and note the facts that it reads."""
    facts = facts_of(ctx, profile, now)
    note_facts_read(ctx.audit, policy, facts)
    return evaluate(policy, facts)
