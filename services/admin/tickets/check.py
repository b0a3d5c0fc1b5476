"""Whether the ticket of a request is in a state in which the request may be filed, where its approval rule asks that.

The document is read for each request, so that a change applies to the next one. What cannot be looked up is not filed.
"""

from dataclasses import dataclass
from typing import Final

from services.admin.notify.quoting import quote
from services.admin.outbound.errors import CallError
from services.admin.tickets.call import ask
from services.admin.tickets.refusals import refuse_call, refuse_document, refuse_state, refuse_text
from shared.aws.ssm.document_cache import settled
from shared.aws.ssm.documents import SsmDocuments
from shared.core.approval.policy import ApprovalRule
from shared.core.approval.request import ApprovalRequest
from shared.core.ticket_lookup import TICKETS_FOLDER, TicketLookup, can_be_looked_up
from shared.documents import DocumentError, load_ticket_lookup
from shared.edge.lambda_app import RequestContext
from shared.edge.responses import Refusal

LIMIT_S: Final = 2.0
# Seconds of the request's time that are left for the write, the notification and the answer. Slack gives three in all.
_FOR_THE_REST_S: Final = 1.0
_DISABLED: Final = "not looked up"


@dataclass(frozen=True, slots=True)
class Unusable:
    """No usable document. `problem` repeats nothing of it but keys."""

    problem: str


@dataclass(frozen=True, slots=True)
class TicketCheck:
    """Looks the ticket of a request up."""

    documents: SsmDocuments

    async def refuse(self, ctx: RequestContext, rule: ApprovalRule | None, request: ApprovalRequest) -> Refusal | None:
        """Give the refusal of a request that could be filed under the rule but for its ticket; None if it may be.

        Raises:
            AwsError: the document could not be read.

        """
        if rule is None or rule.ticket_lookup is None:
            return None
        ticket = request.ticket or ""
        if not can_be_looked_up(ticket):
            return refuse_text(ticket)
        ctx.audit.ticket_lookup = rule.ticket_lookup
        with ctx.audit.step("ticket"):
            lookup = await self.find(rule.ticket_lookup)
            if isinstance(lookup, Unusable):
                ctx.audit.dependency, ctx.audit.detail = f"{TICKETS_FOLDER}/{rule.ticket_lookup}", lookup.problem
                return refuse_document(rule)
            return await self._look_up(ctx, rule.ticket_lookup, lookup, ticket)

    async def find(self, name: str) -> TicketLookup | Unusable:
        """Read a document, as it is now.

        Raises:
            AwsError: it could not be read.

        """
        document = f"{TICKETS_FOLDER}/{name}"
        found = settled((await self.documents.load([document]))[document])
        if found is None:
            return Unusable(f"there is no {document}")
        try:
            return load_ticket_lookup(found.value)
        except DocumentError as error:
            return Unusable(f"{document} is not valid: {error}")

    async def _look_up(self, ctx: RequestContext, name: str, lookup: TicketLookup, ticket: str) -> Refusal | None:
        if not lookup.enabled:
            ctx.audit.ticket_state = _DISABLED
            return None
        limit_s = max(0.0, min(LIMIT_S, ctx.time_left_s - _FOR_THE_REST_S))
        try:
            found = await ask(lookup, ticket, limit_s)
        except CallError as error:
            ctx.audit.dependency = f"{TICKETS_FOLDER}/{name}"
            return refuse_call(name, error.cause)
        ctx.audit.ticket_state = None if found.state is None else quote(found.state)
        return None if found.is_accepted else refuse_state(name, lookup, ticket, found)
