"""To extend a running approval: its requester presses the button of their direct message, and sends a form off.

The press finds out whether there is anything to extend, so that no form is filled in for nothing. What is filed is
decided by the operation that files any request.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.admin.common.context import note_grant, note_policies
from services.admin.common.policies import PolicyReader
from services.admin.common.refusals import NOT_FOUND, refuse_chat
from services.admin.requests.models import view_request
from services.admin.requests.refusals import refuse_extension, refuse_without_rule
from services.admin.slack.acting import OFFER_EXTENSION, Acting
from services.admin.slack.answers import Answer
from services.admin.slack.buttons import ButtonValue, read_value
from services.admin.slack.forms import EXTENSION_BLOCKS, REASON, Metadata, extending, read_metadata
from services.admin.slack.payloads import Press, Submission
from services.admin.slack.requesting import say_filed
from shared.aws.dynamodb.approvals import ApprovalTable
from shared.core.approval.extend import Extension, find_extend_rejection
from shared.core.approval.policy import rule_for
from shared.core.durations import format_duration
from shared.edge.error_codes import Code
from shared.edge.lambda_app import RequestContext
from shared.edge.responses import Refusal, Response

_NOT_OURS: Final = Refusal(Code.INVALID_REQUEST, "This form is not one of Sentinel's.")


@dataclass(frozen=True, slots=True)
class Offers:
    """Whether a person's own approval can be extended. `clock` gives the present instant in UTC."""

    policies: PolicyReader
    requests: ApprovalTable
    clock: Callable[[], datetime]

    async def find(self, ctx: RequestContext) -> Response | Refusal:
        """Say what a form to extend the approval needs, or refuse in the words of the operation that would file it."""
        now = self.clock()
        with ctx.audit.step("read"):
            policies = await self.policies.read()
            found = await self.requests.find(ctx.parameters["id"])
        note_policies(ctx.audit, policies)
        if found is None or found.user != ctx.principal.user:
            return NOT_FOUND
        note_grant(ctx.audit, view_request(found, now))
        if not policies.permit(ctx.principal, found.profile):
            return refuse_chat(found.profile)
        rule = rule_for(policies.approval, found.profile)
        if rule is None:
            return refuse_without_rule(found.profile)
        extension = Extension(found, await self.requests.last_extension(found))
        if rejection := find_extend_rejection(extension, found.profile, rule, now):
            return refuse_extension(rejection, extension, rule, now)
        longest = format_duration(rule.longest_after(extension.extended.so_far))
        return Response({"profile": found.profile, "longest": longest, "needs_ticket": rule.ticket is not None})


async def ask(acting: Acting, sent: Press, shown: ButtonValue) -> Answer:
    """Open the form, where there is something to extend."""
    offered = await acting.run(OFFER_EXTENSION, shown=shown)
    if isinstance(offered, Refusal):
        return await acting.talk.refuse(offered)
    offer = offered.body
    kept = Metadata(sent.channel, sent.value, offer["profile"])
    return await acting.talk.open(extending(kept, offer["longest"], needs_ticket=offer["needs_ticket"]))


async def file(acting: Acting, sent: Submission) -> Answer:
    """File what the form says; a refusal is shown at the field it is about, or at the reason."""
    kept = read_metadata(sent)
    shown = None if kept is None else read_value(kept.value)
    if kept is None or shown is None:
        return await acting.talk.refuse(_NOT_OURS, REASON)
    written = {name: sent.values[name] for name in EXTENSION_BLOCKS if sent.values.get(name)}
    outcome = await acting.run("file_request", {**written, "profile": kept.profile, "extends": shown.id})
    if isinstance(outcome, Refusal):
        return await acting.talk.refuse(outcome, outcome.about if outcome.about in sent.values else REASON)
    return await say_filed(acting, outcome)
