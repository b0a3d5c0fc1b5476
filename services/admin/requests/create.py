"""`POST /v1/requests`: asking for an approval."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from services.admin.common.context import Asking, FactsReader, facts_of, note_grant
from services.admin.notify.notifier import Announcer
from services.admin.requests.models import FileRequest, RequestChanged, view_request
from services.admin.requests.refusals import refuse_filing, refuse_second
from shared.aws.dynamodb.approvals import ApprovalTable
from shared.core.access.evaluate import evaluate
from shared.core.approval.filing import Ask, FilingObstacle, file_request
from shared.core.approval.policy import rule_for
from shared.core.approval.request import ApprovalRequest, Requester
from shared.core.approval.status import RequestStatus
from shared.core.events import NoticeEvent
from shared.core.people import person_of
from shared.edge.answers import Answer, Refusal
from shared.edge.inputs import parse_body
from shared.edge.lambda_app import Asked


@dataclass(frozen=True, slots=True)
class Filing:
    """Files requests. `clock` gives the present instant in UTC, `ids` new ids."""

    reader: FactsReader
    requests: ApprovalTable
    announcer: Announcer
    ids: Callable[[], str]
    clock: Callable[[], datetime]

    async def file(self, asked: Asked) -> Answer | Refusal:
        """File a request, and say in the answer who can approve it."""
        wanted = parse_body(asked.request, FileRequest)
        if isinstance(wanted, Refusal):
            return wanted
        asked.audit.profile = wanted.profile
        now = self.clock()
        with asked.audit.step("read"):
            known = await self.reader.read_asking(asked, wanted.profile, now)
        if isinstance(known, Refusal):
            return known
        filed = self._decide(asked, wanted, known, now)
        if isinstance(filed, Refusal):
            return filed
        view = view_request(filed, now)
        note_grant(asked.audit, view)
        is_approved = filed.status is RequestStatus.APPROVED
        with asked.audit.step("write"):
            pending = await (self.requests.add(filed) if is_approved else self.requests.file(filed, now))
        if pending is not None:
            note_grant(asked.audit, view_request(pending, now))
            return refuse_second(pending)
        event = NoticeEvent.REQUEST_APPROVED if is_approved else NoticeEvent.REQUEST_FILED
        notified = await self.announcer.announce(asked, event, view.as_json(), now)
        return Answer(RequestChanged(request=view, notified=notified).as_json(), HTTPStatus.CREATED)

    def _decide(self, asked: Asked, wanted: FileRequest, known: Asking, now: datetime) -> ApprovalRequest | Refusal:
        decision = evaluate(known.policies.access, facts_of(asked, wanted.profile, now))
        asked.audit.rule, asked.audit.dissenting_shadows = decision.rule_name, decision.dissenting_shadows
        rule = rule_for(known.policies.approval, wanted.profile)
        filed = file_request(
            _ask(asked, wanted),
            decision=decision,
            policy_version=known.policies.access_version,
            rule=rule,
            request_id=self.ids(),
            now=now,
        )
        if isinstance(filed, FilingObstacle):
            return refuse_filing(filed, wanted, asked.principal.user, decision, rule)
        return filed


def _ask(asked: Asked, wanted: FileRequest) -> Ask:
    caller = asked.request.caller
    requester = Requester(
        person=person_of(asked.principal),
        arn=caller.arn,
        account=asked.principal.account,
        role=asked.principal.role,
        source_ip=caller.source_ip or None,
    )
    return Ask(requester, wanted.profile, wanted.reason, wanted.duration, wanted.ticket, wanted.starts_at)
