"""Lambda 2, the authorizer: event in, response out, always one audit line; and the composition root.

`handler` is built in the init phase, its clients opened once.
"""

import asyncio
import os
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, TextIO, assert_never

from services.authorizer.event import NotAnAuthorizerEventError, Passed, parse_authorizer_event, render
from services.authorizer.proof_cache import ConfirmedProofs, RefusedProofs
from services.authorizer.service import AuthorizerService
from services.authorizer.settings import AuthorizerSettings, ProofBinding
from shared.aws.clients import Service
from shared.aws.dynamodb.session_status import SessionStandings
from shared.aws.sts.caller_identity import CallerIdentity, StsEndpoints
from shared.clock import utc_now
from shared.core.guard import Acceptance, Denial
from shared.edge.audit.line import AuditLine
from shared.edge.common_settings import InvalidSettingsError, read_settings
from shared.edge.indeterminate import Indeterminate
from shared.edge.process import (
    LambdaContext,
    LambdaProcess,
    SnapStartHooks,
    open_function_clients,
    register_snapstart_hooks,
)
from shared.edge.traces import open_tracer, subsegment


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
        audit = self._process.chain.open_line(utc_now(), "authorizer", context.aws_request_id, self._own_name)
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


# The connections one request uses at once, in addition to the one to STS of the region a proof is from.
_CONNECTIONS: Final = {Service.DYNAMODB: 1}
_ENDPOINT_VARIABLES: Final = ("AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL")


def wire(
    environ: Mapping[str, str],
    stdout: TextIO | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> AuthorizerApp:
    """Wire the service and open its clients. Audit lines go to `stdout`, the process's own where it is None.

    Raises:
        InvalidSettingsError: the environment is not usable; the message lists every problem.

    """
    settings = read_settings(environ, AuthorizerSettings)
    endpoints = _endpoints(settings, environ)
    tracer = open_tracer("authorizer")
    runner = asyncio.Runner()
    clients = runner.run(open_function_clients(settings, environ["AWS_REGION"], _CONNECTIONS))
    confirmed, others, refused = ConfirmedProofs(), ConfirmedProofs(), RefusedProofs()

    async def after_restore() -> None:
        await clients.renew()
        confirmed.forget()
        others.forget()
        refused.forget()

    service = AuthorizerService(
        acceptance=_acceptance(settings),
        endpoints=endpoints,
        identities=CallerIdentity(clients.http, 2 * settings.call_timeout, subsegment),
        confirmed=confirmed,
        others=others,
        refused=refused,
        sessions=SessionStandings(clients.dynamodb, settings.session_table, settings.grant_table),
        clock=clock,
    )
    process = LambdaProcess(runner, tracer, settings.deadline, stdout or sys.stdout, on_close=clients.aclose)
    register_snapstart_hooks(SnapStartHooks(process, clients.aclose, after_restore))
    return AuthorizerApp(settings, service, process)


def _acceptance(settings: AuthorizerSettings) -> Acceptance:
    return Acceptance(
        profiles=settings.accepted_profiles,
        longest_age=settings.max_session_age,
        binds_request=settings.proof_binding is ProofBinding.REQUEST,
    )


def _endpoints(settings: AuthorizerSettings, environ: Mapping[str, str]) -> StsEndpoints:
    own = environ["AWS_REGION"]
    try:
        return StsEndpoints(own, _emulator(environ), accepted={own, *settings.sts_regions})
    except LookupError as error:
        raise InvalidSettingsError(f"the environment is not usable:\n  SENTINEL_STS_REGIONS: {error}") from None


def _emulator(environ: Mapping[str, str]) -> str | None:
    """Find the URL that botocore, too, would take for STS's."""
    return next((environ[name] for name in _ENDPOINT_VARIABLES if environ.get(name)), None)


def __getattr__(name: str) -> AuthorizerApp:
    """Build `handler` when the runtime first asks for it, which is in the init phase; tests wire their own."""
    if name != "handler":
        raise AttributeError(name)
    app = globals()["handler"] = wire(os.environ)
    return app
