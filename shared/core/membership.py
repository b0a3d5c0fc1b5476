"""Memberships in groups that no token carries: who is in which group, from which source, and until when.

A membership is believed until an instant, so that one whose source has ended the refresh is no longer known.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from shared.core.caller_names import is_caller_name
from shared.core.fields import DocumentModel, NonEmpty, SchemaVersion
from shared.core.groups import OWN, Groups
from shared.core.identity import Principal

GROUPS_FOLDER: Final = "groups"
# A group that a document or a push defines: the end of a parameter's name, and never an issuer's, which has a slash.
GROUP_NAME_RULE: Final = "use 1-64 letters, digits, '.', '_', '-', and not only dots"
_GROUP_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")
MOST_MEMBERS: Final = 200


def is_group_name(text: str) -> bool:
    """Whether a document or a push can define a group of this name. Only dots would lead a URL to another place."""
    return _GROUP_NAME.fullmatch(text) is not None and text.strip(".") != ""


def _is_a_caller(value: str) -> str:
    if not is_caller_name(value):
        raise ValueError(f"{value!a} is not a user: write the name that whoami shows, without * and ?")
    return value


def _are_unique(members: tuple[str, ...]) -> tuple[str, ...]:
    if twice := next((each for each in members if members.count(each) > 1), None):
        raise ValueError(f"{twice!a} is listed twice: list each member once")
    return members


Member = Annotated[str, AfterValidator(_is_a_caller)]
Members = Annotated[tuple[Member, ...], NonEmpty, Field(max_length=MOST_MEMBERS), AfterValidator(_are_unique)]


class GroupDocument(DocumentModel):
    """The document `groups/<name>`: the users in the group of that name, each exactly as policies name them."""

    version: SchemaVersion
    members: Members


class Source(StrEnum):
    TOKEN = "token"  # noqa: S105 - a word of the API
    IDENTITY_CENTER = "identity-center"
    DOCUMENT = "document"
    PUSH = "push"


@dataclass(frozen=True, slots=True)
class Membership:
    """One group of a user. `until` (UTC) is when it is no longer believed; None for as long as the token lasts."""

    group: str
    source: Source
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Memberships:
    """The memberships of one user that are believed now. `is_complete`: a sync has seen every group of the user."""

    found: tuple[Membership, ...] = ()
    is_complete: bool = False

    @property
    def names(self) -> frozenset[str]:
        return frozenset(each.group for each in self.found)


def groups_with(claimed: Groups, memberships: Memberships, *, synced: bool) -> Groups:
    """Give the groups of a token together with these memberships.

    `synced`: the deployment synchronizes memberships. Then the organization's own groups are known only where the sync
    is fresh and complete, and the token, where it should list such groups, lists them.
    """
    is_known = not claimed.lacks_own and memberships.is_complete if synced else OWN not in claimed.not_known_in
    others = claimed.not_known_in - {OWN}
    return replace(
        claimed,
        names=claimed.names | memberships.names,
        not_known_in=others if is_known else others | {OWN},
    )


def with_memberships(principal: Principal, memberships: Memberships, *, synced: bool) -> Principal:
    """Give the caller with these memberships added to the groups of their token; `synced` as for `groups_with`."""
    return replace(principal, groups=groups_with(principal.groups, memberships, synced=synced))


def token_memberships(groups: Groups) -> Iterable[Membership]:
    """Give the groups of a token as memberships."""
    return (Membership(name, Source.TOKEN) for name in sorted(groups.names))
