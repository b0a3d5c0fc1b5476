"""`POST /v1/requests`: asking for an approval."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final

from services.admin.common.context import FactsReader, NewGrantFacts, note_grant
from services.admin.common.refusals import NOT_FOUND, refuse_chat, refuse_conflict
from services.admin.notify.links import link_to
from services.admin.notify.notifier import Announcer
from services.admin.requests.models import FileRequest, RequestFiled, view_request
from services.admin.requests.refusals import refuse_create, refuse_extension, refuse_second
from services.admin.tickets.check import TicketCheck
from shared.aws.dynamodb.approvals import ApprovalTable
from shared.aws.dynamodb.grant_store import Moved
from shared.core.approval.create import Ask, CreateRejection, file_request
from shared.core.approval.extend import ExtendRejection, Extension
from shared.core.approval.policy import rule_for
from shared.core.approval.request import ApprovalRequest, Requester
from shared.core.events import NoticeEvent
from shared.core.grants import RequestStatus
from shared.core.people import person_of
from shared.edge.deciding import decide
from shared.edge.inputs import parse_body
from shared.edge.lambda_app import RequestContext
from shared.edge.responses import Refusal, Response

_ATTEMPTS: Final = 5


@dataclass(frozen=True, slots=True)
class RequestCreation:
    """Files requests. `clock` gives the present instant in UTC, `ids` new ids."""

    reader: FactsReader
    requests: ApprovalTable
    announcer: Announcer
    tickets: TicketCheck
    ids: Callable[[], str]
    clock: Callable[[], datetime]

    async def file(self, ctx: RequestContext) -> Response | Refusal:
        """File a request, and say in the answer who can approve it, and where."""
        body = parse_body(ctx.request, FileRequest)
        if isinstance(body, Refusal):
            return body
        ctx.audit.profile, ctx.audit.extends = body.profile, body.extends
        now = self.clock()
        with ctx.audit.step("read"):
            async with asyncio.TaskGroup() as reads:
                asking = reads.create_task(self.reader.read_asking(ctx, body.profile, now))
                finding = reads.create_task(self._find_own(ctx, body.extends))
        facts, extended = asking.result(), finding.result()
        if isinstance(facts, Refusal):
            return facts
        if body.extends is not None and extended is None:
            return NOT_FOUND
        filed = await self._file(ctx, body, facts, extended, now)
        if isinstance(filed, Refusal):
            return filed
        view = view_request(filed, now)
        note_grant(ctx.audit, view)
        is_approved = filed.status is RequestStatus.APPROVED
        event = NoticeEvent.REQUEST_APPROVED if is_approved else NoticeEvent.REQUEST_FILED
        notified = await self.announcer.announce(ctx, event, view.as_json(), now)
        link = link_to(self.announcer.console_url, event, view.id)
        return Response(RequestFiled(request=view, notified=notified, link=link).as_json(), HTTPStatus.CREATED)

    async def _find_own(self, ctx: RequestContext, request_id: str | None) -> ApprovalRequest | None:
        """Find a request of the caller's; one of others looks like one that does not exist."""
        found = None if request_id is None else await self.requests.find(request_id)
        return found if found is not None and found.user == ctx.principal.user else None

    async def _file(
        self,
        ctx: RequestContext,
        body: FileRequest,
        facts: NewGrantFacts,
        extended: ApprovalRequest | None,
        now: datetime,
    ) -> ApprovalRequest | Refusal:
        """Decide and write; where the approval to extend has changed in between, decide again on what it is now."""
        request_id = self.ids()
        for attempt in range(_ATTEMPTS):
            extension = None if extended is None else Extension(extended, await self.requests.last_extension(extended))
            filed = self._decide(ctx, body, facts, request_id, extension, now)
            if isinstance(filed, Refusal):
                return filed
            # Here, as everything that costs less has been refused and nothing is written yet; one look-up is enough.
            if attempt == 0 and (refused := await self._refuse_ticket(ctx, facts, filed)):
                return refused
            with ctx.audit.step("write"):
                other = await self.requests.file(filed, now, extended)
            if other is None:
                return filed
            if not isinstance(other, Moved):
                note_grant(ctx.audit, view_request(other, now))
                return refuse_second(other, ctx.principal.user, now)
            extended = other.current
        return refuse_conflict("request")

    async def _refuse_ticket(self, ctx: RequestContext, facts: NewGrantFacts, filed: ApprovalRequest) -> Refusal | None:
        return await self.tickets.refuse(ctx, rule_for(facts.policies.approval, filed.profile), filed)

    def _decide(
        self,
        ctx: RequestContext,
        body: FileRequest,
        facts: NewGrantFacts,
        request_id: str,
        extension: Extension | None,
        now: datetime,
    ) -> ApprovalRequest | Refusal:
        if not facts.policies.permit(ctx.principal, body.profile):
            return refuse_chat(body.profile)
        decision = decide(ctx, facts.policies.access, body.profile, now)
        rule = rule_for(facts.policies.approval, body.profile)
        filed = file_request(
            _ask(ctx, body, extension),
            decision=decision,
            policy_version=facts.policies.access_version,
            rule=rule,
            request_id=request_id,
            now=now,
        )
        if isinstance(filed, CreateRejection):
            return refuse_create(filed, body, ctx.principal.user, decision, rule, extension)
        if isinstance(filed, ExtendRejection):
            assert extension is not None, "only an extension is rejected as one"
            return refuse_extension(filed, extension, rule, now)
        return filed


def _ask(ctx: RequestContext, body: FileRequest, extension: Extension | None) -> Ask:
    caller = ctx.request.caller
    requester = Requester(
        person=person_of(ctx.principal),
        arn=caller.arn,
        account=ctx.principal.account,
        role=ctx.principal.role,
        source_ip=caller.source_ip or None,
    )
    return Ask(requester, body.profile, body.reason, body.duration, body.ticket, body.starts_at, extension)
