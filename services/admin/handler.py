"""Lambda 3, the admin API: the composition root. `handler` is built in the init phase, its clients opened once."""

import asyncio
import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final, TextIO

from services.admin.api import ENDPOINTS
from services.admin.break_glass.close import EventClosing
from services.admin.break_glass.models import READABLE_EVENTS
from services.admin.break_glass.start import EventStart
from services.admin.common.context import FactsReader
from services.admin.common.grants import GrantReading
from services.admin.common.known_names import KnownNames
from services.admin.common.policies import PolicyReader, load_stored
from services.admin.console import ConsoleFiles
from services.admin.explain import ExplainHandler
from services.admin.groups.handlers import GroupHandlers
from services.admin.groups.sync import SYNC_GROUPS, GroupSync
from services.admin.kill_switch.handlers import KillSwitchHandlers
from services.admin.kill_switch.switch import KillSwitch
from services.admin.lockouts.handlers import LockoutHandlers
from services.admin.notify.notifier import Announcer, LateSender, Notifier, WebhookDocuments
from services.admin.requests.create import RequestCreation
from services.admin.requests.decide import RequestDecisions
from services.admin.requests.models import READABLE_REQUESTS
from services.admin.revocations.effects import RevocationEffects
from services.admin.revocations.marking import SessionMarking
from services.admin.revocations.revoke import LiveSessions, MassRevocation
from services.admin.sessions.read import SessionReading
from services.admin.sessions.revoke import SessionRevocation
from services.admin.whoami import health, whoami
from shared.aws.client.library import find_partition
from shared.aws.clients import Clients, Service
from shared.aws.dynamodb.approvals import ApprovalTable
from shared.aws.dynamodb.break_glass import BreakGlassTable
from shared.aws.dynamodb.grants import GrantTable
from shared.aws.dynamodb.lease import Lease
from shared.aws.dynamodb.lockouts import LockoutTable
from shared.aws.dynamodb.memberships import MembershipTable
from shared.aws.dynamodb.pushed_groups import PushedGroups
from shared.aws.dynamodb.rate_limit import RateLimiter
from shared.aws.dynamodb.revocations import RevocationTable
from shared.aws.dynamodb.schema import KILL_SWITCH_SUBJECT
from shared.aws.dynamodb.session_lists import SessionLists
from shared.aws.iam import BoundaryAccounts
from shared.aws.identity_store import IdentityCenter
from shared.aws.sns import Topic
from shared.aws.ssm.document_cache import CachedDocuments
from shared.aws.ssm.documents import Document, SsmDocuments
from shared.clock import monotonic_s, utc_now
from shared.core.ids import ID_BYTES, new_id
from shared.core.issuer import Issuer
from shared.core.switch_guards import Guarded
from shared.edge.http_request import HttpRequest
from shared.edge.lambda_app import LambdaApp, Operation, read_budget
from shared.edge.memberships import CallersGroups
from shared.edge.process import SnapStartHooks, cache_limits, open_function_clients, register_snapstart_hooks
from shared.edge.settings import Settings, load_settings
from shared.edge.traces import open_tracer, subsegment

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
    accounts = BoundaryAccounts(clients, environ["AWS_REGION"], subsegment)
    texts = SsmDocuments(clients.ssm, settings.parameter_prefix)
    reader = _reader(settings, clients, texts)

    async def after_restore() -> None:
        await clients.renew()
        reader.forget()

    async def find_issuer(name: str, _: HttpRequest) -> Document[Issuer] | None:
        return await reader.policies.find_issuer(name)

    register_snapstart_hooks(SnapStartHooks(runner, clients.aclose, after_restore))
    announcer = Announcer(_notifier(settings, clients, texts, clock), _new_id, settings.console_url)
    guarded = _guarded(settings, environ["AWS_REGION"])
    reading = read_budget(settings, clients.dynamodb, clock)
    groups = CallersGroups(reader.grants, settings.group_sync, clock)
    operations = {
        **_grant_operations(settings, clients, reader, announcer, clock),
        **_revoking_operations(settings, clients, accounts, guarded, clock, reader, announcer),
        **_group_operations(settings, clients, reader, groups, clock),
    }
    for name in operations.keys() - _WITHOUT_GROUPS:
        operations[name] = groups.known_to(operations[name])
    for name in _SPENDING_READS:
        operations[name] = reading.spent_by(operations[name])
    routes = {(each.method, each.path): operations[each.name] for each in ENDPOINTS}
    sync = _group_sync(settings, environ["AWS_REGION"], clients, texts, clock)
    tasks = {SYNC_GROUPS: sync.run} if settings.group_sync else {}
    files = ConsoleFiles(settings.console).answer
    return LambdaApp("admin", settings, runner, routes, tracer, stdout, clients.aclose, find_issuer, tasks, files)


def _services(settings: Settings) -> Sequence[Service]:
    services = [*_SERVICES, *(_SWITCH_SERVICES if settings.kill_switch_policies else ())]
    if settings.identity_store_role and Service.STS not in services:
        services.append(Service.STS)
    return services


def _group_sync(settings: Settings, region: str, clients: Clients, texts: SsmDocuments, clock: Clock) -> GroupSync:
    table = MembershipTable(clients.dynamodb, settings.grant_table)
    if settings.identity_store is None:
        return GroupSync(texts, None, table, settings.groups_believed_for, clock)
    center = IdentityCenter(
        settings.identity_store, settings.identity_store_region or region, settings.identity_store_role
    )
    sts = clients.sts if settings.identity_store_role else None
    directory = partial(center.open, sts, subsegment)
    return GroupSync(texts, directory, table, settings.groups_believed_for, clock)


def _group_operations(
    settings: Settings, clients: Clients, reader: FactsReader, groups: CallersGroups, clock: Clock
) -> dict[str, Operation]:
    pushes = PushedGroups(clients.dynamodb, settings.grant_table)
    handlers = GroupHandlers(reader, groups, pushes, _new_id, clock)
    return {
        "list_groups": handlers.list,
        "list_group_members": handlers.members,
        "push_group": handlers.push,
        "remove_group": handlers.remove,
    }


def _grant_operations(
    settings: Settings,
    clients: Clients,
    reader: FactsReader,
    announcer: Announcer,
    clock: Clock,
) -> dict[str, Operation]:
    requests = ApprovalTable(clients.dynamodb, settings.grant_table)
    events = BreakGlassTable(clients.dynamodb, settings.grant_table)
    read_requests = GrantReading(READABLE_REQUESTS, reader, requests, clock)
    read_events = GrantReading(READABLE_EVENTS, reader, events, clock)
    decisions = RequestDecisions(reader, requests, announcer, clock)
    closing = EventClosing(reader, events, announcer, clock)
    return {
        "whoami": whoami,
        "health": health,
        "file_request": RequestCreation(reader, requests, announcer, _new_id, clock).file,
        "list_requests": read_requests.list,
        "get_request": read_requests.get,
        "approve_request": decisions.approve,
        "deny_request": decisions.deny,
        "cancel_request": decisions.cancel,
        "begin_break_glass": EventStart(reader, events, announcer, _new_id, clock).begin,
        "list_break_glass": read_events.list,
        "get_break_glass": read_events.get,
        "close_break_glass": closing.close,
        "review_break_glass": closing.review,
        "explain": ExplainHandler(reader.policies, reader.grants, settings.group_sync, clock).explain,
    }


def _revoking_operations(
    settings: Settings,
    clients: Clients,
    accounts: BoundaryAccounts,
    guarded: Guarded,
    clock: Clock,
    reader: FactsReader,
    announcer: Announcer,
) -> dict[str, Operation]:
    tables = (clients.dynamodb, settings.session_table, settings.grant_table)
    sessions, revocations = SessionLists(*tables), RevocationTable(*tables)
    lockouts = LockoutTable(clients.dynamodb, settings.grant_table)
    lease = Lease(clients.dynamodb, settings.grant_table, KILL_SWITCH_SUBJECT, clock)
    switch = KillSwitch(settings.kill_switch_policies, guarded, accounts, revocations, lease, _new_id, clock)
    effects, marking = RevocationEffects(switch, announcer), SessionMarking(revocations, sessions)
    requests = ApprovalTable(clients.dynamodb, settings.grant_table)
    names = KnownNames(reader.policies, sessions, requests, BreakGlassTable(clients.dynamodb, settings.grant_table))
    revoking = SessionRevocation(reader, sessions, revocations, lockouts, effects, _new_id, clock)
    living = LiveSessions(sessions, _budget(settings, clients, "vend"))
    many = MassRevocation(reader, revocations, lockouts, living, marking, names, effects, _new_id, clock)
    locking = LockoutHandlers(reader, lockouts, names, announcer, _new_id, clock)
    reading, switching = SessionReading(reader, sessions, clock), KillSwitchHandlers(reader, switch, clock)
    return {
        "list_sessions": reading.list,
        "get_session": reading.get,
        "revoke_session": revoking.revoke,
        "revoke_many": many.revoke,
        "continue_revocation": many.continue_marking,
        "list_lockouts": locking.list,
        "lock": locking.lock,
        "unlock": locking.unlock,
        "kill_switch_status": switching.status,
        "sync_kill_switch": switching.sync,
    }


def _guarded(settings: Settings, region: str) -> Guarded:
    return Guarded(
        partition=find_partition(region).name,
        deployment=settings.deployment,
        parameter_prefix=settings.parameter_prefix,
        protected_path=settings.protected_path,
        lasting_keys=settings.lasting_keys,
    )


def _reader(settings: Settings, clients: Clients, texts: SsmDocuments) -> FactsReader:
    documents = CachedDocuments(
        texts,
        load_stored,
        limits=cache_limits(settings),
        monotonic=monotonic_s,
    )
    grants = GrantTable(clients.dynamodb, settings.grant_table)
    return FactsReader(PolicyReader(documents), grants, _budget(settings, clients, "admin"))


def _budget(settings: Settings, clients: Clients, name: str) -> RateLimiter:
    limit = settings.vend_budget if name == "vend" else settings.admin_budget
    return RateLimiter(clients.dynamodb, settings.budget_table, name=name, limit=limit, window=_BUDGET_WINDOW)


def _notifier(settings: Settings, clients: Clients, texts: SsmDocuments, clock: Clock) -> Notifier:
    topic = None if settings.topic_arn is None else Topic(clients.sns, settings.topic_arn)
    return Notifier(topic, WebhookDocuments(texts).load, LateSender(clock))


def _new_id() -> str:
    return new_id(secrets.token_bytes(ID_BYTES))


def __getattr__(name: str) -> LambdaApp:
    """Build `handler` when the runtime first asks for it, which is in the init phase; tests wire their own."""
    if name != "handler":
        raise AttributeError(name)
    app = globals()["handler"] = wire(os.environ)
    return app
