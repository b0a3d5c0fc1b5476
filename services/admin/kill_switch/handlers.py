"""`GET /v1/kill-switch` and `POST /v1/kill-switch/sync`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from services.admin.common.context import FactsReader, note_policies
from services.admin.common.refusals import NEEDS_READ_OF_ALL, NEEDS_REVOKE
from services.admin.kill_switch.models import KillSwitchResponse
from services.admin.kill_switch.switch import KillSwitch
from shared.core.people import person_of
from shared.core.permissions import Deed, of_others
from shared.edge.inputs import Nothing, parse_optional_body, parse_query
from shared.edge.lambda_app import RequestContext
from shared.edge.responses import Refusal, Response


@dataclass(frozen=True, slots=True)
class KillSwitchHandlers:
    """Shows and writes the kill switch. `clock` gives the present instant in UTC."""

    reader: FactsReader
    kill_switch: KillSwitch
    clock: Callable[[], datetime]

    async def status(self, ctx: RequestContext) -> Response | Refusal:
        """Say whether the kill switch says what it should in every account."""
        nothing = parse_query(ctx.request, Nothing)
        if isinstance(nothing, Refusal):
            return nothing
        with ctx.audit.step("read"):
            policies = await self.reader.policies.read()
        note_policies(ctx.audit, policies)
        if not policies.entitlement_of(person_of(ctx.principal)).may_see_kill_switch:
            return NEEDS_READ_OF_ALL
        return Response(KillSwitchResponse(kill_switch=await self.kill_switch.compare(ctx)).as_json())

    async def sync(self, ctx: RequestContext) -> Response | Refusal:
        """Write the kill switch again, where it does not say what it should."""
        nothing = parse_optional_body(ctx.request, Nothing)
        if isinstance(nothing, Refusal):
            return nothing
        with ctx.audit.step("read"):
            facts = await self.reader.read_changing(ctx, Deed(of_others), self.clock())
        if isinstance(facts, Refusal):
            return facts
        if not facts.entitlement.may_revoke_all:
            return NEEDS_REVOKE
        return Response(KillSwitchResponse(kill_switch=await self.kill_switch.sync(ctx)).as_json())
