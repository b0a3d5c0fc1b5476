"""Everything `sentinel doctor` looks at, in the order it is shown."""

import asyncio
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Final

from sentinel.api.client import SentinelApi
from sentinel.api.sessions_client import SessionApi
from sentinel.api.transport import Transport
from sentinel.doctor import kill_switch, service
from sentinel.doctor.accounts import check_accounts
from sentinel.doctor.alarms import check_alarms
from sentinel.doctor.authorizers import check_authorizer
from sentinel.doctor.aws import Aws, DeniedError, UnansweredError
from sentinel.doctor.delivery import check_archive, check_event_bus
from sentinel.doctor.deployment import Deployment, Known, discover
from sentinel.doctor.documents import Stored, check_documents, read_documents
from sentinel.doctor.findings import Finding, ok, skipped
from sentinel.doctor.functions import COUNTING, check_function
from sentinel.doctor.roles import check_role
from sentinel.doctor.running import Check, run_checks
from sentinel.doctor.signatures import check_signatures, wanted_keys
from sentinel.doctor.tables import BUDGETS, GRANTS, SESSIONS, check_table
from sentinel.errors import BaseCredentialsError
from sentinel.terminal.output import Progress

_NO_AUTHORIZER: Final = skipped(
    "authorizer", "none was found to look at", "name yours: --authorizer NAME; leave it, if you guard no API"
)
_LOG_IN: Final = "use credentials of the account Sentinel is in: --aws-profile NAME"


async def examine_caller(transport: Transport, progress: Progress) -> list[Finding]:
    """Run the checks that need no AWS permissions beyond calling Sentinel."""
    greeting = await service.greet(transport)
    api = SentinelApi(transport)

    async def reach() -> Iterable[Finding]:
        return service.check_reach(transport.server.base, greeting), service.check_clock(greeting)

    checks = [
        Check("service", reach),
        Check("identity", partial(service.check_identity, api)),
        Check("profiles", partial(service.check_catalogue, api)),
    ]
    return await run_checks(checks, progress)


async def examine_deployment(
    transport: Transport, aws: Aws, deployment: Deployment, progress: Progress
) -> list[Finding]:
    """Run the checks of the account, with an operator's credentials."""
    try:
        known = await discover(aws, deployment)
    except (BaseCredentialsError, DeniedError, UnansweredError) as error:
        return [skipped("operator", f"AWS does not say whose credentials these are: {error}", _LOG_IN)]
    parts, documents = await asyncio.gather(
        run_checks(_service_checks(aws, known, SessionApi(transport)), progress),
        _examine_documents(aws, known, progress),
    )
    who = ok("operator", f"looking at account {known.account} in {aws.region}")
    return [who, *parts, *([] if known.authorizers else [_NO_AUTHORIZER]), *documents]


async def _examine_documents(aws: Aws, known: Known, progress: Progress) -> list[Finding]:
    """Check the documents, then the roles of the profiles among them."""
    stored = Stored()

    async def check() -> Iterable[Finding]:
        nonlocal stored
        stored = await read_documents(aws, known.parameter_prefix, wanted_keys(known))
        return [*check_documents(stored), *check_signatures(known, stored)]

    found = await run_checks([Check("documents", check)], progress)
    found += check_accounts(known, stored)
    roles = [
        Check(f"role of {name}", partial(check_role, aws, known, name, profile))
        for name, profile in sorted(stored.profiles.items())
    ]
    return found + await run_checks(roles, progress)


def _service_checks(aws: Aws, known: Known, api: SessionApi) -> Sequence[Check]:
    functions = {known.vend: COUNTING, known.admin: COUNTING, **dict.fromkeys(known.authorizers, ())}
    return [
        *(Check(f"function {name}", partial(check_function, aws, name, needs)) for name, needs in functions.items()),
        *(Check(f"authorizer {name}", partial(check_authorizer, aws, name)) for name in known.authorizers),
        Check(f"table {known.session_table}", partial(check_table, aws, known.session_table, SESSIONS)),
        Check(f"table {known.grant_table}", partial(check_table, aws, known.grant_table, GRANTS)),
        Check(f"table {known.budget_table}", partial(check_table, aws, known.budget_table, BUDGETS)),
        Check("kill switch", partial(kill_switch.check_state, api)),
        Check(f"kill switch of {known.account}", partial(kill_switch.check_policy, aws, known)),
        Check("alarms", partial(check_alarms, aws, known)),
        Check("event bus", partial(check_event_bus, aws, known)),
        Check("archive", partial(check_archive, aws, known)),
    ]
