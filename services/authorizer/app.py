"""The Lambda entry point of the authorizer: event in, response out, and always one audit line."""

from typing import Any, assert_never

from services.authorizer.event import NotAnAuthorizerEventError, parse_authorizer_event
from services.authorizer.responses import Passed, render
from services.authorizer.service import AuthorizerService
from services.authorizer.settings import AuthorizerSettings
from shared.clock import utc_now
from shared.core.guard import Denial
from shared.edge.audit import AuditLine
from shared.edge.indeterminate import Indeterminate
from shared.edge.process import LambdaContext, LambdaProcess


class AuthorizerApp:
    """A callable that Lambda invokes as `handler(event, context)`. What could not be decided does not pass."""

    def __init__(self, settings: AuthorizerSettings, service: AuthorizerService, process: LambdaProcess) -> None:
        self._api_ids = settings.api_id
        self._own_name = settings.own_name
        self._service = service
        self._process = process

    def close(self) -> None:
        """Give back what was opened in the init phase. Lambda never asks for it; tests and servers do."""
        self._process.close()

    def __call__(self, event: object, context: LambdaContext) -> dict[str, Any]:
        """Answer one invocation.

        Raises:
            AuditError: the audit line could not be written; Lambda then fails the invocation and nothing passes.

        """
        audit = AuditLine(utc_now(), "authorizer", context.aws_request_id, self._own_name)
        verdict = self._process.run(context, audit, lambda _: self._authorize(event, audit))
        _close_line(audit, verdict)
        self._process.write(audit)
        return render(event, verdict if isinstance(verdict, Passed) else None)

    async def _authorize(self, event: object, audit: AuditLine) -> Passed | Denial:
        try:
            request = parse_authorizer_event(event, self._api_ids)
        except NotAnAuthorizerEventError as error:
            audit.detail = str(error)
            return Denial.UNKNOWN_EVENT
        audit.api_id, audit.operation = request.api_id, f"{request.method} {request.path}"
        audit.source_ip, audit.user_agent = request.source_ip, request.user_agent
        return await self._service.authorize(request, audit)


def _close_line(audit: AuditLine, verdict: Passed | Denial | Indeterminate) -> None:
    match verdict:
        case Passed():
            audit.outcome = "allowed"
        case Denial():
            audit.outcome, audit.code = "refused", verdict.code
            audit.detail = audit.detail or verdict.value
        case Indeterminate():
            audit.outcome, audit.code = "failed", verdict.refusal.code.value
        case _:
            assert_never(verdict)
