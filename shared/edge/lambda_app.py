"""The Lambda entry point of the HTTP services: event in, response out, and always one audit line.

Operations that only read spend from a budget of their own: they cost reads of tables and documents, too.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, TextIO, TypeAlias

from shared.aws.dynamodb.rate_limit import Limited, RateLimiter
from shared.aws.ssm.documents import Document
from shared.clock import monotonic_s, utc_now
from shared.core.identity import IdentityRules, Principal, UnknownCaller, identify
from shared.core.issuer import Issuer
from shared.core.token_identity import identify_token
from shared.edge.api import Router
from shared.edge.audit.line import AuditLine
from shared.edge.caller_facts import note_caller, note_documents
from shared.edge.error_codes import FAILURES, Code
from shared.edge.events import AcceptedApis, parse_event
from shared.edge.http_request import HttpRequest
from shared.edge.indeterminate import Indeterminate
from shared.edge.process import LambdaContext, LambdaProcess
from shared.edge.public_files import FileRequest, find_file_request
from shared.edge.responses import File, Refusal, RefusedInWords, Response, render
from shared.edge.settings import Settings
from shared.edge.slack_requests import SLACK_ROUTE, SlackSource, find_slack_request
from shared.edge.traces import Tracer


@dataclass(frozen=True, slots=True)
class InvocationContext:
    """One invocation, with the audit line to fill in.

    The deadline is `answer_by_s` on the monotonic clock; `own_account` is the function's.
    """

    audit: AuditLine
    answer_by_s: float
    own_account: str

    @property
    def time_left_s(self) -> float:
        return self.answer_by_s - monotonic_s()


@dataclass(frozen=True, slots=True)
class RequestContext(InvocationContext):
    """One request of a known caller. `parameters` are those of the path.

    `was_shown` says whether this view is what the caller was shown, where they decide on nothing else.
    """

    request: HttpRequest
    principal: Principal
    parameters: Mapping[str, str] = field(default_factory=dict)
    was_shown: Callable[[Mapping[str, Any]], bool] | None = None


Operation = Callable[[RequestContext], Awaitable[Response | Refusal]]
# What a schedule has a function do.
Task = Callable[[InvocationContext], Coroutine[Any, Any, None]]
Routes = Mapping[tuple[str, str], Operation]
# Finds an issuer's document by its name, together with the documents that the request will need.
IssuerSource = Callable[[str, HttpRequest], Awaitable[Document[Issuer] | None]]
# Answers requests for files, which have no caller.
FileSource = Callable[[FileRequest], File | Refusal]
_Answer: TypeAlias = Response | Refusal | File | RefusedInWords


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
        issuers: IssuerSource | None = None,
        tasks: Mapping[str, Task] | None = None,
        files: FileSource | None = None,
        slack: SlackSource | None = None,
    ) -> None:
        """Serve the routes, and run `tasks` by name for events `{"task": name}`; without `issuers`, accept no token.

        `files` and `slack` answer requests of the open routes; without them, these are refused as any other without a
        caller.
        """
        self._service = service
        self._issuers = issuers
        self._tasks = tasks or {}
        self._files = files
        self._slack = slack
        self._settings = settings
        self._router = Router(routes)
        self.process: Final = LambdaProcess(runner, tracer, settings.deadline, stdout or sys.stdout, on_close=on_close)

    def close(self) -> None:
        """Close what the init phase opened. Lambda never calls this; tests and servers do."""
        self.process.close()

    def __call__(self, event: object, context: LambdaContext) -> dict[str, Any]:
        """Answer one invocation.

        Raises:
            AuditError: the audit line could not be written; Lambda then fails the invocation and no response leaves.

        """
        audit = self.process.chain.open_line(utc_now(), self._service, context.aws_request_id, self._settings.own_name)
        task = self._find_task(event)
        if task is None:
            response = self._respond(event, context, audit)
            answer = render(response, context.aws_request_id)
        else:
            self._run_task(task, context, audit)
            answer = {"outcome": audit.outcome}
        self.process.write(audit)
        return answer

    def _respond(self, event: object, context: LambdaContext, audit: AuditLine) -> _Answer:
        decided = self.process.run(context, audit, lambda by_s: self._route(event, context, audit, by_s))
        response = decided.refusal if isinstance(decided, Indeterminate) else decided
        self._close_line(audit, response)
        return response

    def _find_task(self, event: object) -> tuple[str, Task] | None:
        """Find the task that an event names and nothing else. No caller of the API can send such an event."""
        name = event.get("task") if isinstance(event, dict) and len(event) == 1 else None
        return (name, self._tasks[name]) if isinstance(name, str) and name in self._tasks else None

    def _run_task(self, found: tuple[str, Task], context: LambdaContext, audit: AuditLine) -> None:
        audit.operation, task = found

        async def run(end_by_s: float) -> None:
            await task(InvocationContext(audit, end_by_s, _account_of(context)))

        failed = self.process.run(context, audit, run, limit_s=context.get_remaining_time_in_millis() / 1000)
        if failed is None:
            audit.outcome = "answered"
        else:
            audit.code = failed.refusal.code.value

    async def _route(
        self,
        event: object,
        context: LambdaContext,
        audit: AuditLine,
        answer_by_s: float,
    ) -> _Answer:
        own_account = _account_of(context)
        accepted = AcceptedApis(self._settings.api_id, own_account)
        asked = None if self._files is None else find_file_request(event, accepted)
        if self._files is not None and asked is not None:
            audit.operation, audit.source_ip, audit.user_agent = asked.route, asked.source_ip, asked.user_agent
            return self._files(asked)
        sent = None if self._slack is None else find_slack_request(event, accepted)
        if self._slack is not None and sent is not None:
            audit.operation, audit.source_ip, audit.user_agent = SLACK_ROUTE, sent.source_ip, sent.user_agent
            return await self._slack(sent, audit, answer_by_s, own_account)
        request = parse_event(event, accepted)
        if isinstance(request, Refusal):
            return request
        audit.operation = f"{request.method} {request.path}"
        note_caller(audit, request.caller)
        principal = await self._identify(request, audit, own_account)
        if isinstance(principal, UnknownCaller):
            return Refusal(Code.UNKNOWN_CALLER, f"Sentinel does not know this caller: {principal.reason}.")
        audit.user, audit.caller_kind = principal.user, principal.kind.value
        audit.authentication = principal.authentication.value
        found = self._router.find(request.method, request.path)
        if found is None:
            return Refusal(Code.NOT_FOUND, "There is nothing at this method and path.")
        return await found.target(RequestContext(audit, answer_by_s, own_account, request, principal, found.parameters))

    async def _identify(self, request: HttpRequest, audit: AuditLine, own_account: str) -> Principal | UnknownCaller:
        token = request.caller.token
        if token is None:
            return identify(request.caller.arn, request.caller.account, self._identity_rules(own_account))
        with audit.step("issuer"):
            document = None if self._issuers is None else await self._issuers(token.issuer, request)
        if document is not None:
            note_documents(audit, [document])
        return identify_token(token, None if document is None else document.value, utc_now())

    def _identity_rules(self, own_account: str) -> IdentityRules:
        return IdentityRules(
            trusted_accounts=frozenset(self._settings.trusted_accounts or (own_account,)),
            sso_roles=frozenset(self._settings.sso_roles),
            named_session_roles=self._settings.named_session_roles,
            foreign_accounts=self._settings.foreign_accounts(own_account),
        )

    @staticmethod
    def _close_line(audit: AuditLine, response: _Answer) -> None:
        outcome = response.refusal if isinstance(response, RefusedInWords) else response
        match outcome:
            case Response() | File():
                audit.outcome = "issued" if audit.access_key_id else "answered"
            case Refusal(code=code):
                audit.outcome = "failed" if code in FAILURES else "refused"
                audit.code = code.value
                audit.detail = audit.detail or outcome.message


def _account_of(context: LambdaContext) -> str:
    return context.invoked_function_arn.split(":")[4]


_WINDOW: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class ReadBudget:
    """One budget per user, apart from those of vends and changes: reading too much stops no one in an incident.

    `clock` gives the present instant in UTC.
    """

    budget: RateLimiter
    limit: int
    clock: Callable[[], datetime]

    def spent_by(self, operation: Operation) -> Operation:
        """Wrap an operation so that it spends from its caller's budget first; over budget nothing else is read."""

        async def budgeted(ctx: RequestContext) -> Response | Refusal:
            with ctx.audit.step("budget"):
                outcome = await self.budget.spend(ctx.principal.user, self.clock())
            if isinstance(outcome, Limited):
                return _refuse(ctx.principal.user, self.limit, outcome.retry_after_s)
            return await operation(ctx)

        return budgeted


def read_budget(settings: Settings, dynamodb: Any, clock: Callable[[], datetime]) -> ReadBudget:
    """Make the budget that both Lambdas with an API use for reads."""
    counted = RateLimiter(dynamodb, settings.budget_table, name="read", limit=settings.read_budget, window=_WINDOW)
    return ReadBudget(counted, settings.read_budget, clock)


def _refuse(user: str, limit: int, retry_after_s: int) -> Refusal:
    return Refusal(
        Code.THROTTLED,
        f"Rate limit reached for {user}: {limit} reads per minute. Wait {retry_after_s} seconds; credentials, requests "
        "and revocations have separate limits.",
        retry_after_s=retry_after_s,
    )
