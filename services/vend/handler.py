"""Lambda 1, the vend: the composition root. `handler` is built in the init phase, its clients opened once."""

import asyncio
import os
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import TextIO

from services.vend.catalogue import CatalogueService
from services.vend.facts import FactsReader, parse
from services.vend.issuing import Issuer as VendIssuer
from services.vend.request import parse_vend_request
from services.vend.service import VendService
from shared.aws.clients import Clients, Service
from shared.aws.dynamodb.grants import GrantTable
from shared.aws.dynamodb.rate_limit import RateLimiter
from shared.aws.dynamodb.sessions import SessionTable
from shared.aws.ssm.document_cache import CachedDocuments
from shared.aws.ssm.documents import Document, SsmDocuments
from shared.aws.sts.assume_role import RoleIssuer
from shared.clock import monotonic_s, utc_now
from shared.core.issuer import Issuer
from shared.edge.http_request import HttpRequest
from shared.edge.lambda_app import LambdaApp, Routes, read_budget
from shared.edge.memberships import CallersGroups
from shared.edge.process import SnapStartHooks, open_function_clients, register_snapstart_hooks
from shared.edge.responses import Refusal
from shared.edge.settings import Settings, load_settings
from shared.edge.traces import open_tracer

_BUDGET_WINDOW = timedelta(minutes=1)
# The connections one vend uses at once.
_CONNECTIONS = {Service.DYNAMODB: 3, Service.SSM: 1, Service.STS: 1}


def wire(environ: Mapping[str, str], stdout: TextIO | None = None) -> LambdaApp:
    """Wire the service and open its clients. Audit lines go to `stdout`, the process's own where it is None.

    Raises:
        InvalidSettingsError: the environment is not usable; the message lists every problem.

    """
    settings = load_settings(environ)
    tracer = open_tracer("vend")
    runner = asyncio.Runner()
    clients = runner.run(open_function_clients(settings, environ["AWS_REGION"], _CONNECTIONS))
    reader = _reader(settings, clients)

    async def after_restore() -> None:
        await clients.renew()
        reader.documents.forget()

    async def find_issuer(name: str, request: HttpRequest) -> Document[Issuer] | None:
        wanted = parse_vend_request(request)
        return await reader.find_issuer(name, None if isinstance(wanted, Refusal) else wanted.profile)

    routes = _routes(settings, clients, reader)
    app = LambdaApp("vend", settings, runner, routes, tracer, stdout, clients.aclose, find_issuer)
    register_snapstart_hooks(SnapStartHooks(app.process, clients.aclose, after_restore))
    return app


def _reader(settings: Settings, clients: Clients) -> FactsReader:
    return FactsReader(
        documents=CachedDocuments(
            SsmDocuments(clients.ssm, settings.parameter_prefix, settings.signing_keys),
            parse,
            limits=settings.cache_limits,
            monotonic=monotonic_s,
            guesses=True,
        ),
        grants=GrantTable(clients.dynamodb, settings.grant_table),
        budget=RateLimiter(
            clients.dynamodb,
            settings.budget_table,
            name="vend",
            limit=settings.vend_budget,
            window=_BUDGET_WINDOW,
        ),
        group_sync=settings.group_sync,
    )


def _routes(settings: Settings, clients: Clients, reader: FactsReader) -> Routes:
    issuer = VendIssuer(
        roles=RoleIssuer(clients.sts),
        sessions=SessionTable(clients.dynamodb, settings.session_table, settings.grant_table),
        random_bytes=secrets.token_bytes,
    )
    vend = VendService(reader, issuer, settings.vend_budget, utc_now).vend
    groups = CallersGroups(reader.grants, settings.group_sync, utc_now)
    list_profiles = groups.known_to(CatalogueService(reader, utc_now).list_profiles)
    reading = read_budget(settings, clients.dynamodb, utc_now)
    return {("GET", "/"): vend, ("POST", "/"): vend, ("GET", "/profiles"): reading.spent_by(list_profiles)}


def __getattr__(name: str) -> LambdaApp:
    """Build `handler` when the runtime first asks for it, which is in the init phase; tests wire their own."""
    if name != "handler":
        raise AttributeError(name)
    app = globals()["handler"] = wire(os.environ)
    return app
