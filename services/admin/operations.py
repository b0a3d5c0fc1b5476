"""The operations of the admin API and the scheduled tasks, each made of what the function has opened once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from services.admin.break_glass.close import EventClosing
from services.admin.break_glass.models import READABLE_EVENTS
from services.admin.break_glass.start import EventStart
from services.admin.common.context import FactsReader
from services.admin.common.grants import GrantReading
from services.admin.common.known_names import KnownNames
from services.admin.explain.handler import ExplainHandler
from services.admin.follow_up.run import FOLLOW_UP, FollowUp
from services.admin.groups.handlers import GroupHandlers
from services.admin.groups.sync import SYNC_GROUPS, GroupSync
from services.admin.kill_switch.handlers import KillSwitchHandlers
from services.admin.kill_switch.switch import KillSwitch
from services.admin.lockouts.handlers import LockoutHandlers
from services.admin.notify.notifier import Announcer
from services.admin.requests.create import RequestCreation
from services.admin.requests.decide import RequestDecisions
from services.admin.requests.models import READABLE_REQUESTS
from services.admin.revocations.effects import RevocationEffects
from services.admin.revocations.marking import SessionMarking
from services.admin.revocations.revoke import LiveSessions, MassRevocation
from services.admin.sessions.read import SessionReading
from services.admin.sessions.revoke import SessionRevocation
from services.admin.tickets.check import TicketCheck
from services.admin.whoami import health, whoami
from shared.aws.client.library import find_partition
from shared.aws.clients import Clients
from shared.aws.dynamodb.approvals import ApprovalTable
from shared.aws.dynamodb.break_glass import BreakGlassTable
from shared.aws.dynamodb.follow_up import FollowUpProgress
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
from shared.aws.ssm.documents import SsmDocuments
from shared.core.switch_guards import Guarded
from shared.edge.lambda_app import Operation, Task
from shared.edge.memberships import CallersGroups
from shared.edge.settings import Settings
from shared.edge.traces import subsegment


@dataclass(frozen=True, slots=True)
class Parts:
    """What operations are made of. `ids` makes new ids, `clock` gives the present instant in UTC."""

    settings: Settings
    region: str
    clients: Clients
    texts: SsmDocuments
    reader: FactsReader
    groups: CallersGroups
    announcer: Announcer
    vend_budget: RateLimiter
    ids: Callable[[], str]
    clock: Callable[[], datetime]

    @property
    def requests(self) -> ApprovalTable:
        return ApprovalTable(self.clients.dynamodb, self.settings.grant_table)

    @property
    def events(self) -> BreakGlassTable:
        return BreakGlassTable(self.clients.dynamodb, self.settings.grant_table)


def all_operations(parts: Parts) -> dict[str, Operation]:
    """Make every operation of the API, by its name in the table of endpoints."""
    return {**_grant_operations(parts), **_revoking_operations(parts), **_group_operations(parts)}


def all_tasks(parts: Parts) -> Mapping[str, Task]:
    """Make the tasks that schedules start, by name; one that is not configured is left out."""
    groups = {SYNC_GROUPS: _group_sync(parts).run} if parts.settings.group_sync else {}
    return {FOLLOW_UP: _follow_up(parts).run, **groups}


def _grant_operations(parts: Parts) -> dict[str, Operation]:
    reader, announcer, clock = parts.reader, parts.announcer, parts.clock
    requests, events = parts.requests, parts.events
    read_requests = GrantReading(READABLE_REQUESTS, reader, requests, clock)
    read_events = GrantReading(READABLE_EVENTS, reader, events, clock)
    decisions = RequestDecisions(reader, requests, announcer, clock)
    closing, tickets = EventClosing(reader, events, announcer, clock), TicketCheck(parts.texts)
    return {
        "whoami": whoami,
        "health": health,
        "file_request": RequestCreation(reader, requests, announcer, tickets, parts.ids, clock).file,
        "list_requests": read_requests.list,
        "get_request": read_requests.get,
        "approve_request": decisions.approve,
        "deny_request": decisions.deny,
        "cancel_request": decisions.cancel,
        "begin_break_glass": EventStart(reader, events, announcer, parts.ids, clock).begin,
        "list_break_glass": read_events.list,
        "get_break_glass": read_events.get,
        "close_break_glass": closing.close,
        "review_break_glass": closing.review,
        "explain": ExplainHandler(reader.policies, reader.grants, tickets, parts.settings.group_sync, clock).explain,
    }


def _revoking_operations(parts: Parts) -> dict[str, Operation]:
    settings, reader, announcer, ids, clock = parts.settings, parts.reader, parts.announcer, parts.ids, parts.clock
    tables = (parts.clients.dynamodb, settings.session_table, settings.grant_table)
    sessions, revocations = SessionLists(*tables), RevocationTable(*tables)
    lockouts = LockoutTable(parts.clients.dynamodb, settings.grant_table)
    switch = _kill_switch(parts, revocations)
    effects, marking = RevocationEffects(switch, announcer), SessionMarking(revocations, sessions)
    names = KnownNames(reader.policies, sessions, parts.requests, parts.events)
    revoking = SessionRevocation(reader, sessions, revocations, lockouts, effects, ids, clock)
    living = LiveSessions(sessions, parts.vend_budget)
    many = MassRevocation(reader, revocations, lockouts, living, marking, names, effects, ids, clock)
    locking = LockoutHandlers(reader, lockouts, names, announcer, ids, clock)
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


def _group_operations(parts: Parts) -> dict[str, Operation]:
    pushes = PushedGroups(parts.clients.dynamodb, parts.settings.grant_table)
    handlers = GroupHandlers(parts.reader, parts.groups, pushes, parts.ids, parts.clock)
    return {
        "list_groups": handlers.list,
        "list_group_members": handlers.members,
        "push_group": handlers.push,
        "remove_group": handlers.remove,
    }


def _kill_switch(parts: Parts, revocations: RevocationTable) -> KillSwitch:
    settings = parts.settings
    guarded = Guarded(
        partition=find_partition(parts.region).name,
        deployment=settings.deployment,
        parameter_prefix=settings.parameter_prefix,
        protected_path=settings.protected_path,
        lasting_keys=settings.lasting_keys,
    )
    accounts = BoundaryAccounts(parts.clients, parts.region, subsegment)
    lease = Lease(parts.clients.dynamodb, settings.grant_table, KILL_SWITCH_SUBJECT, parts.clock)
    return KillSwitch(settings.kill_switch_policies, guarded, accounts, revocations, lease, parts.ids, parts.clock)


def _follow_up(parts: Parts) -> FollowUp:
    dynamodb, settings = parts.clients.dynamodb, parts.settings
    revocations = RevocationTable(dynamodb, settings.session_table, settings.grant_table)
    return FollowUp(
        policies=parts.reader.policies,
        requests=parts.requests,
        events=parts.events,
        progress=FollowUpProgress(dynamodb, settings.grant_table),
        revocations=revocations,
        kill_switch=_kill_switch(parts, revocations),
        announcer=parts.announcer,
        ids=parts.ids,
        clock=parts.clock,
    )


def _group_sync(parts: Parts) -> GroupSync:
    settings, clock = parts.settings, parts.clock
    table = MembershipTable(parts.clients.dynamodb, settings.grant_table)
    if settings.identity_store is None:
        return GroupSync(parts.texts, None, table, settings.groups_believed_for, clock)
    center = IdentityCenter(
        settings.identity_store, settings.identity_store_region or parts.region, settings.identity_store_role
    )
    sts = parts.clients.sts if settings.identity_store_role else None
    directory = partial(center.open, sts, subsegment)
    return GroupSync(parts.texts, directory, table, settings.groups_believed_for, clock)
