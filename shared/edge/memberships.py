"""Operations that know their caller's groups, of tokens and of the grant table."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from shared.aws.dynamodb.grants import GrantTable
from shared.core.identity import Principal
from shared.core.membership import Memberships, with_memberships
from shared.edge.lambda_app import Operation, RequestContext
from shared.edge.responses import Refusal, Response


@dataclass(frozen=True, slots=True)
class CallersGroups:
    """The memberships of callers. A vend needs no such step: it reads them together with the grants.

    `group_sync` as for `with_memberships`; `clock` gives the present instant in UTC.
    """

    grants: GrantTable
    group_sync: bool
    clock: Callable[[], datetime]

    async def read(self, caller: Principal) -> tuple[Principal, Memberships]:
        """Give the caller with all of their groups, and which of these the table gives.

        Raises:
            AwsError: they could not be read.

        """
        found = (await self.grants.load_serving(caller.user, self.clock())).memberships
        return with_memberships(caller, found, synced=self.group_sync), found

    def known_to(self, operation: Operation) -> Operation:
        """Wrap an operation so that its caller's groups are read first, in one call."""

        async def knowing(ctx: RequestContext) -> Response | Refusal:
            with ctx.audit.step("groups"):
                caller, _ = await self.read(ctx.principal)
            return await operation(replace(ctx, principal=caller))

        return knowing
