"""`POST /v1/requests`: asking for an approval."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from services.admin.common.context import FactsReader, NewGrantFacts, note_grant
from services.admin.notify.links import link_to
from services.admin.notify.notifier import Announcer
from services.admin.requests.models import FileRequest, RequestFiled, view_request
from services.admin.requests.refusals import refuse_create, refuse_second
from services.admin.tickets.check import TicketCheck
from shared.aws.dynamodb.approvals import ApprovalTable
from shared.core.approval.create import Ask, CreateRejection, file_request
from shared.core.approval.policy import rule_for
from shared.core.approval.request import ApprovalRequest, Requester
from shared.core.events import NoticeEvent
from shared.core.grants import RequestStatus
from shared.core.people import person_of
from shared.edge.deciding import decide
from shared.edge.inputs import parse_body
from shared.edge.lambda_app import RequestContext
from shared.edge.responses import Refusal, Response


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
        ctx.audit.profile = body.profile
        now = self.clock()
        with ctx.audit.step("read"):
            facts = await self.reader.read_asking(ctx, body.profile, now)
        if isinstance(facts, Refusal):
            return facts
        filed = self._decide(ctx, body, facts, now)
        if isinstance(filed, Refusal):
            return filed
        # Last: everything that costs less has been refused, and nothing is written yet.
        refused = await self.tickets.refuse(ctx, rule_for(facts.policies.approval, body.profile), filed)
        if refused is not None:
            return refused
        view = view_request(filed, now)
        note_grant(ctx.audit, view)
        is_approved = filed.status is RequestStatus.APPROVED
        with ctx.audit.step("write"):
            pending = await (self.requests.add(filed) if is_approved else self.requests.file(filed, now))
        if pending is not None:
            note_grant(ctx.audit, view_request(pending, now))
            return refuse_second(pending)
        event = NoticeEvent.REQUEST_APPROVED if is_approved else NoticeEvent.REQUEST_FILED
        notified = await self.announcer.announce(ctx, event, view.as_json(), now)
        link = link_to(self.announcer.console_url, event, view.id)
        return Response(RequestFiled(request=view, notified=notified, link=link).as_json(), HTTPStatus.CREATED)

    def _decide(
        self, ctx: RequestContext, body: FileRequest, facts: NewGrantFacts, now: datetime
    ) -> ApprovalRequest | Refusal:
        decision = decide(ctx, facts.policies.access, body.profile, now)
        ctx.audit.rule, ctx.audit.dissenting_shadows = decision.rule_name, decision.dissenting_shadows
        rule = rule_for(facts.policies.approval, body.profile)
        filed = file_request(
            _ask(ctx, body),
            decision=decision,
            policy_version=facts.policies.access_version,
            rule=rule,
            request_id=self.ids(),
            now=now,
        )
        if isinstance(filed, CreateRejection):
            return refuse_create(filed, body, ctx.principal.user, decision, rule)
        return filed


def _ask(ctx: RequestContext, body: FileRequest) -> Ask:
    caller = ctx.request.caller
    requester = Requester(
        person=person_of(ctx.principal),
        arn=caller.arn,
        account=ctx.principal.account,
        role=ctx.principal.role,
        source_ip=caller.source_ip or None,
    )
    return Ask(requester, body.profile, body.reason, body.duration, body.ticket, body.starts_at)
