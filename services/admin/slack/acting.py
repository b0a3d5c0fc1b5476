"""Acting for a person in Slack: by the operations of the API, as the user that they are, with their audit line."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from services.admin.slack.answers import Conversation
from services.admin.slack.buttons import ButtonValue, state_digest
from shared.core.identity import CHAT_NAMESPACE, Principal
from shared.edge.audit.line import AuditLine
from shared.edge.http_request import Caller, HttpRequest
from shared.edge.lambda_app import Operation, RequestContext
from shared.edge.responses import Refusal, Response
from shared.edge.slack_requests import SLACK_ROUTE

# Lists what a person may ask for; no operation of the API, and made for a form only.
LIST_CHOICES: Final = "list_choices"
# Says whether an approval can be extended; for a form, too.
OFFER_EXTENSION: Final = "offer_extension"
# All that the chat can do, by the names of the API's operations.
CHAT_OPERATIONS: Final = frozenset(
    {
        "file_request",
        "approve_request",
        "deny_request",
        "close_break_glass",
        "review_break_glass",
        LIST_CHOICES,
        OFFER_EXTENSION,
    }
)


@dataclass(frozen=True, slots=True)
class Acting:
    """One person in Slack, for one thing that they sent."""

    principal: Principal
    talk: Conversation
    operations: Mapping[str, Operation]
    own_account: str

    @property
    def audit(self) -> AuditLine:
        return self.talk.audit

    async def run(
        self, name: str, body: Mapping[str, Any] | None = None, shown: ButtonValue | None = None
    ) -> Response | Refusal:
        """Run an operation as the API would for this user; on a request or an event, for the state that was shown."""
        self.audit.operation = f"{SLACK_ROUTE} {name}"
        return await self.operations[name](
            RequestContext(
                request=_request(self.principal, body),
                principal=self.principal,
                audit=self.audit,
                answer_by_s=self.talk.answer_by_s,
                own_account=self.own_account,
                parameters={} if shown is None else {"id": shown.id},
                was_shown=None if shown is None else _is_state(shown.state),
            )
        )


def note_principal(audit: AuditLine, principal: Principal) -> None:
    audit.user, audit.caller_kind = principal.user, principal.kind.value
    audit.authentication = principal.authentication.value


def _request(principal: Principal, body: Mapping[str, Any] | None) -> HttpRequest:
    """Write the request that the operation reads. The address is Slack's, so the person's own is not known."""
    return HttpRequest(
        method="POST",
        path="/slack",
        query={},
        caller=Caller(
            f"{CHAT_NAMESPACE}/{principal.subject}", account="", source_ip="", user_agent="", access_key_id=""
        ),
        content_type="application/json",
        body=b"" if body is None else json.dumps(body).encode(),
    )


def _is_state(state: str) -> Callable[[Mapping[str, Any]], bool]:
    return lambda view: state_digest(view) == state
