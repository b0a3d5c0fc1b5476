"""`/v1/groups`: which groups a user is in, and pushing the members of a group."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.admin.common.context import FactsReader, note_policies
from services.admin.common.refusals import NEEDS_READ, refuse_conflict
from services.admin.groups.models import (
    GroupFilters,
    GroupList,
    PushGroup,
    view_membership,
    view_pushed,
)
from shared.aws.dynamodb.pushed_groups import PushedGroup, PushedGroups
from shared.core.groups import OWN
from shared.core.membership import GROUP_NAME_RULE, Memberships, is_group_name, token_memberships
from shared.core.people import Action, person_of
from shared.core.permissions import Deed, Entitlement, Permission, of_others
from shared.edge.error_codes import Code
from shared.edge.inputs import Nothing, parse_body, parse_query
from shared.edge.lambda_app import RequestContext
from shared.edge.memberships import CallersGroups
from shared.edge.responses import Refusal, Response

_ATTEMPTS: Final = 5
_NO_SUCH_NAME: Final = Refusal(
    Code.INVALID_REQUEST,
    f"No group of this name can be pushed: {GROUP_NAME_RULE}. Who is in the group of an issuer, only its tokens say.",
)


@dataclass(frozen=True, slots=True)
class GroupHandlers:
    """Shows and pushes groups. `clock` gives the present instant in UTC, `ids` new ids."""

    reader: FactsReader
    groups: CallersGroups
    pushes: PushedGroups
    ids: Callable[[], str]
    clock: Callable[[], datetime]

    async def list(self, ctx: RequestContext) -> Response | Refusal:
        """List the groups that a user is known to be in: one's own, and others' with the permission read.

        It reads the groups of its caller itself, to distinguish those of the token.
        """
        filters = parse_query(ctx.request, GroupFilters)
        if isinstance(filters, Refusal):
            return filters
        with ctx.audit.step("read"):
            policies, (caller, own) = await self.reader.read_with(self.groups.read(ctx.principal))
        note_policies(ctx.audit, policies)
        if filters.user in (None, caller.user):
            is_complete = OWN not in caller.groups.not_known_in
            found = Memberships((*token_memberships(ctx.principal.groups), *own.found), is_complete)
            permissions = policies.entitlement_of(person_of(caller)).permissions
            return _respond_with(caller.user, found, tuple(sorted(permissions)))
        if not policies.entitlement_of(person_of(caller)).may_read_all:
            return NEEDS_READ
        with ctx.audit.step("groups"):
            serving = await self.groups.grants.load_serving(str(filters.user), self.clock())
        return _respond_with(str(filters.user), serving.memberships)

    async def members(self, ctx: RequestContext) -> Response | Refusal:
        """Show who is pushed into a group now."""
        nothing, name = parse_query(ctx.request, Nothing), ctx.parameters["name"]
        if isinstance(nothing, Refusal):
            return nothing
        if not is_group_name(name):
            return _NO_SUCH_NAME
        ctx.audit.group = name
        with ctx.audit.step("read"):
            policies, found = await self.reader.read_with(self.pushes.find(name))
        note_policies(ctx.audit, policies)
        entitlement = policies.entitlement_of(person_of(ctx.principal))
        if not entitlement.may_read_all and not entitlement.may_push(name):
            return NEEDS_READ
        return _respond(found) if found is not None and found.is_in_force(self.clock()) else _no_push(name)

    async def push(self, ctx: RequestContext) -> Response | Refusal:
        """Replace all members of a group, until an instant; the next vend of each sees it."""
        body = parse_body(ctx.request, PushGroup)
        if isinstance(body, Refusal):
            return body
        now, push_id = self.clock(), self.ids()
        by = Action(ctx.principal.user, now, body.reason)
        ctx.audit.members = len(body.members)

        def decide(_: PushedGroup | None) -> PushedGroup:
            return PushedGroup(push_id, ctx.parameters["name"], body.members, by, now + body.duration)

        return await self._change(ctx, Deed(of_others, gives=True), now, decide)

    async def remove(self, ctx: RequestContext) -> Response | Refusal:
        """End a push: none of its members is in the group at the next vend."""
        nothing = parse_query(ctx.request, Nothing)
        if isinstance(nothing, Refusal):
            return nothing
        now, push_id = self.clock(), self.ids()
        by = Action(ctx.principal.user, now, None)

        def decide(before: PushedGroup | None) -> PushedGroup | Refusal:
            if before is None or not before.is_in_force(now):
                return _no_push(ctx.parameters["name"])
            return before.ended(push_id, by)

        return await self._change(ctx, Deed(of_others), now, decide)

    async def _change(
        self,
        ctx: RequestContext,
        deed: Deed[None],
        now: datetime,
        decide: Callable[[PushedGroup | None], PushedGroup | Refusal],
    ) -> Response | Refusal:
        name = ctx.parameters["name"]
        if not is_group_name(name):
            return _NO_SUCH_NAME
        ctx.audit.group = name
        with ctx.audit.step("read"):
            facts = await self.reader.read_changing(ctx, deed, now)
        if isinstance(facts, Refusal):
            return facts
        if not facts.entitlement.may_push(name):
            return _needs_push(name, facts.entitlement)
        with ctx.audit.step("write"):
            for _ in range(_ATTEMPTS):
                before = await self.pushes.find(name)
                after = decide(before)
                if isinstance(after, Refusal):
                    return after
                if await self.pushes.change(before, after):
                    return _respond(after)
        return refuse_conflict("group")


def _respond_with(user: str, known: Memberships, permissions: tuple[Permission, ...] | None = None) -> Response:
    views = tuple(map(view_membership, sorted(known.found, key=lambda each: (each.group, each.source))))
    listed = GroupList(user=user, groups=views, is_complete=known.is_complete, permissions=permissions)
    return Response(listed.as_json())


def _respond(found: PushedGroup) -> Response:
    return Response(view_pushed(found).as_json())


def _needs_push(name: str, entitlement: Entitlement) -> Refusal:
    own = f" {entitlement.person.user} may push {', '.join(entitlement.pushes)}." if entitlement.pushes else ""
    return Refusal(
        Code.NOT_PERMITTED,
        f"To push the group {name} takes the permission groups of the admin policy, in a rule whose may_push matches "
        f"it.{own}",
    )


def _no_push(name: str) -> Refusal:
    return Refusal(
        Code.NOT_FOUND,
        f"No push of the group {name} is in force.",
        hint="Only pushes are shown and ended here; `sentinel groups USER` shows a user's groups of every source.",
    )
