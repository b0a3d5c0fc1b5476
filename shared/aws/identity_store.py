"""The groups of IAM Identity Center: every user and every membership of an identity store, read completely or not.

The service throttles by account (Identity Store API reference, "ThrottlingException"), so reads are few at once, and a
throttled one is repeated after growing pauses.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from shared.aws.clients import Observe, Service, open_clients
from shared.aws.concurrency import gather_all
from shared.aws.errors import ThrottledError, UnreadableError, translate_errors
from shared.aws.sts.assume_role import assume_in_account

_SESSION: Final = "sentinel-groups"
# API reference, ListGroups: MaxResults.
_PAGE: Final = 100
_AT_ONCE: Final = 4
# Of half a second each time to twice as much, at most: about a minute in all.
_PAUSES_S: Final = (0.5, 1, 2, 4, 8, 16, 16)
_JITTER: Final = 1000


@dataclass(frozen=True, slots=True)
class Directory:
    """The names of all users, and the names of each user's groups."""

    users: frozenset[str]
    groups_of: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class IdentityCenter:
    """Where an identity store is, and the role that reads it; without a role the function's own credentials do."""

    store_id: str
    region: str
    role_arn: str | None = None

    @asynccontextmanager
    async def open(self, sts: Any, observe: Observe) -> AsyncIterator["IdentityStore"]:
        """Open the store.

        Raises:
            AwsError: the role could not be assumed.

        """
        keys = None if self.role_arn is None else await assume_in_account(sts, self.role_arn, _SESSION)
        services = (Service.IDENTITYSTORE,)
        async with aclosing(await open_clients(self.region, observe, services, keys)) as opened:
            yield IdentityStore(opened.identitystore, self.store_id)


class IdentityStore:
    """One identity store."""

    def __init__(self, client: Any, store_id: str, pauses_s: tuple[float, ...] = _PAUSES_S) -> None:
        """Read with a client; `pauses_s` are the seconds between the attempts of a throttled call."""
        self._client = client
        self._store_id = store_id
        self._pauses_s = pauses_s
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def read(self) -> Directory:
        """Read everything.

        Raises:
            AwsError: any page could not be read, or a membership is of a user that the store does not list.

        """
        users, groups = await gather_all([self._list("Users"), self._list("Groups")])
        names = {_text(user, "UserId"): _text(user, "UserName") for user in users}
        ids = [_text(each, "GroupId") for each in groups]
        listing = (self._list("GroupMemberships", each) for each in ids)
        groups_of: dict[str, set[str]] = {}
        for group, memberships in zip(groups, await gather_all(listing), strict=True):
            # A group needs no name; one without cannot be in a policy.
            if not group.get("DisplayName"):
                continue
            for each in memberships:
                member = names.get(_text(each.get("MemberId", {}), "UserId"))
                if member is None:
                    raise UnreadableError("identitystore", "a group has a member that ListUsers does not list")
                groups_of.setdefault(member, set()).add(_text(group, "DisplayName"))
        return Directory(frozenset(names.values()), {name: frozenset(found) for name, found in groups_of.items()})

    async def _list(self, key: str, group_id: str | None = None) -> list[dict[str, Any]]:
        request: dict[str, Any] = {"IdentityStoreId": self._store_id, "MaxResults": _PAGE}
        if group_id is not None:
            request["GroupId"] = group_id
        found: list[dict[str, Any]] = []
        while True:
            page = await self._ask(key, request)
            found.extend(page.get(key, []))
            if not page.get("NextToken"):
                return found
            request["NextToken"] = page["NextToken"]

    async def _ask(self, key: str, request: Mapping[str, Any]) -> Any:
        for pause_s in self._pauses_s:
            try:
                return await self._ask_once(key, request)
            except ThrottledError:
                await asyncio.sleep(pause_s * (1 + secrets.randbelow(_JITTER) / _JITTER))
        return await self._ask_once(key, request)

    async def _ask_once(self, key: str, request: Mapping[str, Any]) -> Any:
        async with self._turns:
            with translate_errors("identitystore"):
                match key:
                    case "Users":
                        return await self._client.list_users(**request)
                    case "Groups":
                        return await self._client.list_groups(**request)
                    case _:
                        return await self._client.list_group_memberships(**request)


def _text(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str) or not value:
        raise UnreadableError("identitystore", f"an answer without {name}")
    return value
