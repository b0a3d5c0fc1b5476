"""Lambda 3, the admin API: the composition root. `handler` is built in the init phase, its clients opened once."""

import asyncio
import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, TextIO

from services.admin.api import ENDPOINTS
from services.admin.common.context import FactsReader
from services.admin.common.policies import PolicyReader, load_stored
from services.admin.console import ConsoleFiles
from services.admin.notify.notifier import Announcer, Notifier, WebhookDocuments
from services.admin.notify.sender import WebhookSender
from services.admin.operations import Parts, all_operations, all_tasks
from services.admin.slack.target import SlackTarget
from shared.aws.clients import Clients, Service
from shared.aws.dynamodb.grants import GrantTable
from shared.aws.dynamodb.rate_limit import RateLimiter
from shared.aws.dynamodb.slack_messages import SlackMessages
from shared.aws.event_bus import EventBus
from shared.aws.sns import Topic
from shared.aws.ssm.document_cache import CachedDocuments
from shared.aws.ssm.documents import Document, SsmDocuments
from shared.clock import monotonic_s, utc_now
from shared.core.ids import ID_BYTES, new_id
from shared.core.issuer import Issuer
from shared.edge.http_request import HttpRequest
from shared.edge.lambda_app import LambdaApp, Operation, ReadBudget, read_budget
from shared.edge.memberships import CallersGroups
from shared.edge.process import SnapStartHooks, open_function_clients, register_snapstart_hooks
from shared.edge.settings import Settings, load_settings
from shared.edge.slack_requests import SlackSource
from shared.edge.traces import open_tracer

_BUDGET_WINDOW: Final = timedelta(minutes=1)
_SERVICES: Final = (Service.DYNAMODB, Service.SSM, Service.SNS)
# Only the kill switch needs them, and a client costs the cold start its service's model.
_SWITCH_SERVICES: Final = (Service.IAM, Service.STS)
Clock = Callable[[], datetime]
# Every call that spends no other budget, and asks AWS for anything, spends the budget of reading.
_READING: Final = {each.name for each in ENDPOINTS if each.method == "GET"} - {"whoami", "health"} | {"explain"}
# Continuing to mark was paid for by the revocation.
_SPENDING_READS: Final = _READING | {"continue_revocation"}
# These do not need the caller's groups before they begin.
_WITHOUT_GROUPS: Final = {"whoami", "health", "list_groups"}


def wire(environ: Mapping[str, str], stdout: TextIO | None = None, clock: Clock = utc_now) -> LambdaApp:
    """Wire the service and open its clients. Audit lines go to `stdout`, the process's own where it is None.

    Raises:
        InvalidSettingsError: the environment is not usable; the message lists every problem.

    """
    settings = load_settings(environ)
    tracer = open_tracer("admin")
    runner = asyncio.Runner()
    clients = runner.run(open_function_clients(settings, environ["AWS_REGION"], _services(settings)))
    parts = _parts(settings, environ["AWS_REGION"], clients, clock)

    async def after_restore() -> None:
        await clients.renew()
        parts.reader.forget()

    async def find_issuer(name: str, _: HttpRequest) -> Document[Issuer] | None:
        return await parts.reader.policies.find_issuer(name)

    operations = all_operations(parts)
    for name in operations.keys() - _WITHOUT_GROUPS:
        operations[name] = parts.groups.known_to(operations[name])
    reading = read_budget(settings, clients.dynamodb, clock)
    for name in _SPENDING_READS:
        operations[name] = reading.spent_by(operations[name])
    routes = {(each.method, each.path): operations[each.name] for each in ENDPOINTS}
    files = ConsoleFiles(settings.console).answer
    slack = _slack(parts, operations, reading) if settings.slack else None
    app = LambdaApp(
        "admin", settings, runner, routes, tracer, stdout, clients.aclose, find_issuer, all_tasks(parts), files, slack
    )
    register_snapstart_hooks(SnapStartHooks(app.process, clients.aclose, after_restore))
    return app


def _parts(settings: Settings, region: str, clients: Clients, clock: Clock) -> Parts:
    texts = SsmDocuments(clients.ssm, settings.parameter_prefix, settings.signing_keys)
    reader = _reader(settings, clients, texts)
    return Parts(
        settings=settings,
        region=region,
        clients=clients,
        texts=texts,
        reader=reader,
        groups=CallersGroups(reader.grants, settings.group_sync, clock),
        announcer=Announcer(_notifier(settings, clients, texts, reader, clock), _new_id, settings.console_url),
        vend_budget=_budget(settings, clients, "vend"),
        ids=_new_id,
        clock=clock,
    )


def _slack(parts: Parts, operations: Mapping[str, Operation], reading: ReadBudget) -> SlackSource:
    """Make what answers Slack. Its library is imported in the init phase, which Slack's three seconds do not spare."""
    from services.admin.slack.opening import open_endpoint  # noqa: PLC0415 - a function without Slack never needs it

    return open_endpoint(parts, operations, reading)


def _services(settings: Settings) -> Sequence[Service]:
    services = [*_SERVICES, *(_SWITCH_SERVICES if settings.kill_switch_policies else ())]
    if settings.identity_store_role and Service.STS not in services:
        services.append(Service.STS)
    if settings.event_bus is not None:
        services.append(Service.EVENTS)
    return services


def _reader(settings: Settings, clients: Clients, texts: SsmDocuments) -> FactsReader:
    documents = CachedDocuments(
        texts,
        load_stored,
        limits=settings.cache_limits,
        monotonic=monotonic_s,
    )
    grants = GrantTable(clients.dynamodb, settings.grant_table)
    return FactsReader(PolicyReader(documents), grants, _budget(settings, clients, "admin"))


def _budget(settings: Settings, clients: Clients, name: str) -> RateLimiter:
    limit = settings.vend_budget if name == "vend" else settings.admin_budget
    return RateLimiter(clients.dynamodb, settings.budget_table, name=name, limit=limit, window=_BUDGET_WINDOW)


def _notifier(settings: Settings, clients: Clients, texts: SsmDocuments, reader: FactsReader, clock: Clock) -> Notifier:
    topic = None if settings.topic_arn is None else Topic(clients.sns, settings.topic_arn)
    rows = SlackMessages(clients.dynamodb, settings.grant_table)
    slack = SlackTarget(texts, reader.policies, rows, settings.slack_api) if settings.slack else None
    bus = None if settings.event_bus is None else EventBus(clients.events, settings.event_bus)
    return Notifier(topic, WebhookDocuments(texts).load, WebhookSender(clock), slack, bus)


def _new_id() -> str:
    return new_id(secrets.token_bytes(ID_BYTES))


def __getattr__(name: str) -> LambdaApp:
    """Build `handler` when the runtime first asks for it, which is in the init phase; tests wire their own."""
    if name != "handler":
        raise AttributeError(name)
    app = globals()["handler"] = wire(os.environ)
    return app
