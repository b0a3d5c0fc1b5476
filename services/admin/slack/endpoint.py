"""`POST /slack`: verify, identify, act, answer. Cheap refusals come first, and nothing is done before the last one."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from services.admin.common.policies import PolicyReader
from services.admin.slack import deciding, extending, forms, requesting
from services.admin.slack.acting import Acting, note_principal
from services.admin.slack.answers import Answer, Conversation
from services.admin.slack.client import SlackClient
from services.admin.slack.members import Members
from services.admin.slack.payloads import Command, Press, Sent, Submission, read_sent
from services.admin.slack.signature import is_signed
from shared.aws.dynamodb.seen_once import SeenOnce
from shared.clock import monotonic_s
from shared.core.chat import SlackWorkspace
from shared.core.identity import CHAT_NAMESPACE
from shared.edge.audit.line import AuditLine
from shared.edge.caller_facts import note_documents
from shared.edge.error_codes import Code
from shared.edge.lambda_app import Operation
from shared.edge.responses import Refusal
from shared.edge.slack_requests import NOT_SIGNED, SignedBody, SlackRequest, read_signed

# Slack waits three seconds for an answer, counted from when it sends; some of them are on the way.
_SLACK_WAITS_S: Final = 2.7
# Where these have passed, the person sees an error in any case, and the message is still brought up to date.
_LEAST_S: Final = 1.5
_OTHER_WORKSPACE: Final = Refusal(Code.UNKNOWN_CALLER, "Sentinel takes no requests from this Slack workspace.")
_SWITCHED_OFF: Final = Refusal(Code.UNKNOWN_CALLER, "Slack is switched off: its document has enabled: false.")
_REPLAYED: Final = Refusal(Code.CONFLICT, "This very request was answered before; nothing was done again.")
_NO_FORM: Final = Refusal(Code.INVALID_REQUEST, "This form is not one of Sentinel's.")

OpenSlack = Callable[[SlackWorkspace], AbstractAsyncContextManager[SlackClient]]


@dataclass(frozen=True, slots=True)
class SlackEndpoint:
    """Answers what Slack sends. `operations` are all that it can do; `clock` gives the present instant in UTC."""

    policies: PolicyReader
    seen: SeenOnce
    members: Members
    open_slack: OpenSlack
    operations: Mapping[str, Operation]
    clock: Callable[[], datetime]

    async def answer(self, request: SlackRequest, audit: AuditLine, answer_by_s: float, own_account: str) -> Answer:
        """Answer one request. What is not from Slack, or not from this workspace, is refused without a word more."""
        now = self.clock()
        answer_by_s = min(answer_by_s, monotonic_s() + _left_s(request, now))
        signed = read_signed(request)
        if isinstance(signed, Refusal):
            return signed
        with audit.step("workspace"):
            document = await self.policies.load_slack()
        note_documents(audit, [document])
        sent = _verify(signed, document.value, now)
        if isinstance(sent, Refusal):
            return sent
        _note_sent(audit, sent)
        if sent.by.team != document.value.team_id:
            return _OTHER_WORKSPACE
        with audit.step("replay"):
            is_first = await self.seen.take(sha256(signed.signature.encode()).hexdigest(), audit.request_id, now)
        if not is_first:
            return _REPLAYED
        async with self.open_slack(document.value) as slack:
            talk = Conversation(slack, sent, audit, answer_by_s)
            return await self._act(talk, document.value, own_account)

    async def _act(self, talk: Conversation, workspace: SlackWorkspace, own_account: str) -> Answer:
        with talk.audit.step("member"):
            principal = await self.members.identify(talk.slack, workspace, talk.sent.by, talk.limit_s)
        if isinstance(principal, Refusal):
            return await talk.refuse(principal, _first_block(talk.sent))
        note_principal(talk.audit, principal)
        acting = Acting(principal, talk, self.operations, own_account)
        match talk.sent:
            case Press() as sent:
                return await deciding.press(acting, sent)
            case Command() as sent:
                return await requesting.command(acting, sent)
            case Submission(form=forms.DENY) as sent:
                return await deciding.deny(acting, sent)
            case Submission(form=forms.REQUEST) as sent:
                return await requesting.file(acting, sent)
            case Submission(form=forms.EXTEND) as sent:
                return await extending.file(acting, sent)
            case Submission() as sent:
                return await talk.refuse(_NO_FORM, _first_block(sent))


def _verify(signed: SignedBody, workspace: SlackWorkspace, now: datetime) -> Sent | Refusal:
    """Read what was sent, once it is known that Slack sent it."""
    if not is_signed(signed, workspace.signing_secret, now):
        return NOT_SIGNED
    return read_sent(signed.body) if workspace.enabled else _SWITCHED_OFF


def _note_sent(audit: AuditLine, sent: Sent) -> None:
    kept = forms.read_metadata(sent) if isinstance(sent, Submission) else sent
    audit.chat_team, audit.chat_user = sent.by.team, sent.by.user
    audit.chat_channel = None if kept is None else kept.channel
    audit.caller_arn = f"{CHAT_NAMESPACE}/{sent.by.team}/{sent.by.user}"


def _left_s(request: SlackRequest, now: datetime) -> float:
    """Give the seconds that Slack still waits; what is decided is committed in any case, and only then announced."""
    elapsed_s = 0.0 if request.received_at is None else (now - request.received_at).total_seconds()
    return max(_LEAST_S, _SLACK_WAITS_S - max(0.0, elapsed_s))


def _first_block(sent: Sent) -> str | None:
    return next(iter(sent.values), None) if isinstance(sent, Submission) else None
