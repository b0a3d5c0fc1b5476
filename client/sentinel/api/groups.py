"""Who is in which groups as the service shows it, and the calls on that. Each returns its answer or the refusal."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from pydantic import AwareDatetime, Field

from sentinel.api.responses import Answer, ListAnswer, Shown
from sentinel.api.transport import Transport, open_transport
from sentinel.errors import Refusal
from sentinel.settings import Settings

_GROUPS: Final = "/v1/groups"


class GroupOfUser(Answer):
    """A group that a user is known to be in, by one of its sources. Without `until`, for as long as the token lasts."""

    name: Shown
    source: Shown
    until: AwareDatetime | None = None


class GroupsOfUser(ListAnswer):
    """The groups that a user is known to be in. `is_complete`: there are no others of the organization's own."""

    rows_in = "groups"
    row = GroupOfUser
    rows: Sequence[GroupOfUser] = Field(alias="groups")
    user: Shown
    is_complete: bool


class PushedGroup(Answer):
    """Who is pushed into a group, until when, and by whom. Of a push that was removed, when and by whom."""

    name: Shown
    members: tuple[Shown, ...]
    until: AwareDatetime
    pushed_by: Shown
    pushed_at: AwareDatetime
    reason: Shown


@dataclass(frozen=True, slots=True)
class GroupApi:
    """Apart from `SentinelApi`, so that a vend does not import these models. A refusal is a returned value.

    A group is named by what `is_group_name` accepts.
    """

    transport: Transport

    async def of(self, user: str | None = None) -> GroupsOfUser | Refusal:
        """List the groups of a user, or else of the caller."""
        return await self.transport.get(_GROUPS, {} if user is None else {"user": user}, GroupsOfUser)

    async def look(self) -> GroupsOfUser | Refusal:
        """List the caller's groups, where a refusal is no reason to doubt their login."""
        return await self.transport.look(_GROUPS, GroupsOfUser)

    async def members(self, group: str) -> PushedGroup | Refusal:
        """Find who is pushed into a group now."""
        return await self.transport.get(_members(group), {}, PushedGroup)

    async def push(self, group: str, members: Sequence[str], duration: str, reason: str) -> PushedGroup | Refusal:
        """Replace who is pushed into a group. Repeating it moves the end."""
        body = {"members": list(members), "duration": duration, "reason": reason}
        return await self.transport.put(_members(group), body, PushedGroup)

    async def remove(self, group: str) -> PushedGroup | Refusal:
        """End what was pushed into a group."""
        return await self.transport.delete(_members(group), {}, PushedGroup)


def _members(group: str) -> str:
    return f"{_GROUPS}/{group}/members"


@asynccontextmanager
async def open_group_api(settings: Settings) -> AsyncIterator[GroupApi]:
    """Open the API the settings name, for as long as the block runs."""
    async with open_transport(settings) as transport:
        yield GroupApi(transport)
