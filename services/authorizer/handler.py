"""Lambda 2, the authorizer: the composition root. `handler` is built in the init phase, its clients opened once."""

import asyncio
import os
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, TextIO

from services.authorizer.app import AuthorizerApp
from services.authorizer.proof_cache import ConfirmedProofs, RefusedProofs
from services.authorizer.service import AuthorizerService
from services.authorizer.settings import AuthorizerSettings, ProofBinding
from shared.aws.clients import Service
from shared.aws.dynamodb.session_status import SessionStandings
from shared.aws.sts.caller_identity import CallerIdentity
from shared.aws.sts.endpoints import StsEndpoints
from shared.clock import utc_now
from shared.core.guard import Acceptance
from shared.edge.aws_clients import open_function_clients
from shared.edge.process import LambdaProcess
from shared.edge.settings import InvalidSettingsError, read_settings
from shared.edge.snapstart import SnapStartHooks, register_snapstart_hooks
from shared.edge.traces import open_tracer, subsegment

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

    register_snapstart_hooks(SnapStartHooks(runner, clients.aclose, after_restore))
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
    process = LambdaProcess(runner, tracer, settings.deadline, stdout or sys.stdout, clients.aclose)
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
