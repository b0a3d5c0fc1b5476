"""The Lambda entry point every service shares: event in, response out, one audit line, whatever happens between.

The Python runtime calls a plain function (a coroutine function would fail when its result is marshalled), so one loop
is kept for the process and each invocation runs on it in a fresh context: nothing of one caller is left for the next.
"""

import asyncio
import contextvars
import os
import sys
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TextIO

from shared.core.identity import IdentityRules, Principal, UnknownCaller, identify
from shared.edge.answers import Answer, Refusal, render
from shared.edge.audit import AuditLine, write_lines
from shared.edge.clock import monotonic_s, utc_now
from shared.edge.codes import Code
from shared.edge.events import AcceptedApis, parse_event
from shared.edge.failures import refusal_for
from shared.edge.metrics import metric_line
from shared.edge.requests import HttpRequest
from shared.edge.router import Router
from shared.edge.settings import Settings
from shared.edge.traces import TRACE_VARIABLE, Tracer

# Left between our own deadline and Lambda's, so that a late answer is still an answer with an audit line.
_MARGIN_S: Final = 0.5


class LambdaContext(Protocol):
    """What of the runtime's context object is used."""

    aws_request_id: str
    invoked_function_arn: str

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda ends the invocation."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of a known caller, with the audit line to fill in.

    `parameters` are the path's open segments. The answer must be there at `answer_by_s` on the monotonic clock.
    """

    request: HttpRequest
    principal: Principal
    audit: AuditLine
    answer_by_s: float
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def time_left_s(self) -> float:
        return self.answer_by_s - monotonic_s()


Operation = Callable[[Asked], Awaitable[Answer | Refusal]]
Routes = Mapping[tuple[str, str], Operation]


class LambdaApp:
    """A callable that Lambda invokes as `handler(event, context)`."""

    def __init__(
        self,
        service: str,
        settings: Settings,
        runner: asyncio.Runner,
        routes: Routes,
        tracer: Tracer,
        stdout: TextIO | None = None,
        on_close: Callable[[], Coroutine[Any, Any, None]] | None = None,
    ) -> None:
        self._service = service
        self._settings = settings
        self._runner = runner
        self._router = Router(routes)
        self._tracer = tracer
        self._stdout = stdout or sys.stdout
        self._on_close = on_close

    def close(self) -> None:
        """Give back what was opened in the init phase. Lambda never asks for it; tests and servers do."""
        if self._on_close is not None:
            self._runner.run(self._on_close())
        self._runner.close()
        self._tracer.close()

    def __call__(self, event: object, context: LambdaContext) -> dict[str, Any]:
        """Answer one invocation.

        Raises:
            AuditError: the audit line could not be written; Lambda then fails the invocation and no answer leaves.

        """
        audit = AuditLine(time=utc_now(), service=self._service, request_id=context.aws_request_id)
        with self._tracer.invocation(os.environ.get(TRACE_VARIABLE)), audit.step("total"):
            answer = self._runner.run(self._answer(event, context, audit), context=contextvars.copy_context())
        self._close_line(audit, answer)
        write_lines(self._stdout, [audit.render(), metric_line(audit)])
        return render(answer, context.aws_request_id)

    async def _answer(self, event: object, context: LambdaContext, audit: AuditLine) -> Answer | Refusal:
        deadline_s = min(self._settings.deadline, context.get_remaining_time_in_millis() / 1000 - _MARGIN_S)
        try:
            async with asyncio.timeout(deadline_s):
                return await self._route(event, context, audit, monotonic_s() + deadline_s)
        except Exception as error:  # noqa: BLE001 - whatever could not be decided becomes a refusal here, and only here
            undecided = refusal_for(error)
            audit.detail, audit.dependency = undecided.detail, undecided.dependency
            return undecided.refusal

    async def _route(
        self,
        event: object,
        context: LambdaContext,
        audit: AuditLine,
        answer_by_s: float,
    ) -> Answer | Refusal:
        own_account = context.invoked_function_arn.split(":")[4]
        request = parse_event(event, AcceptedApis(self._settings.api_id, own_account))
        if isinstance(request, Refusal):
            return request
        audit.operation = f"{request.method} {request.path}"
        audit.caller_arn, audit.account = request.caller.arn, request.caller.account
        audit.source_ip, audit.user_agent = request.caller.source_ip, request.caller.user_agent
        audit.caller_access_key_id = request.caller.access_key_id
        principal = identify(request.caller.arn, request.caller.account, self._identity_rules(own_account))
        if isinstance(principal, UnknownCaller):
            return Refusal(Code.UNKNOWN_CALLER, f"Sentinel does not know this caller: {principal.reason}.")
        audit.user, audit.caller_kind = principal.user, principal.kind.value
        found = self._router.find(request.method, request.path)
        if found is None:
            return Refusal(Code.NOT_FOUND, "There is nothing at this method and path.")
        return await found.target(Asked(request, principal, audit, answer_by_s, found.parameters))

    def _identity_rules(self, own_account: str) -> IdentityRules:
        return IdentityRules(
            trusted_accounts=frozenset(self._settings.trusted_accounts or (own_account,)),
            sso_roles=frozenset(self._settings.sso_roles),
            named_session_roles=self._settings.named_session_roles,
        )

    @staticmethod
    def _close_line(audit: AuditLine, answer: Answer | Refusal) -> None:
        match answer:
            case Answer():
                audit.outcome = "issued" if audit.access_key_id else "answered"
            case Refusal(code=code):
                audit.outcome = "failed" if code is Code.UNAVAILABLE else "refused"
                audit.code = code.value
                audit.detail = audit.detail or answer.message
