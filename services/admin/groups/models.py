"""Groups as the API shows them, and what it takes to push one."""

from datetime import timedelta
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from services.admin.common.models import Reason, View
from shared.aws.dynamodb.pushed_groups import MOST_PUSHED, PushedGroup
from shared.core.durations import format_duration
from shared.core.membership import Membership, Source
from shared.core.permissions import Permission
from shared.edge.inputs import CallerName, Input, UserName, WrittenDuration
from shared.edge.timestamps import Timestamp

_SHORTEST: Final = timedelta(minutes=5)
_LONGEST: Final = timedelta(days=7)


def _is_allowed(value: timedelta) -> timedelta:
    if not _SHORTEST <= value <= _LONGEST:
        raise ValueError(
            f"write {format_duration(_SHORTEST)} to {format_duration(_LONGEST)}, and push again before it ends"
        )
    return value


def _are_few_and_unique(members: tuple[str, ...]) -> tuple[str, ...]:
    if len(members) > MOST_PUSHED:
        raise ValueError(
            f"{len(members)} members, and a pushed group has at most {MOST_PUSHED}: use a document groups/<name>"
        )
    if len(set(members)) < len(members):
        raise ValueError("a member is listed twice: list each once")
    return members


class GroupFilters(Input):
    """Whose groups: without `user`, the caller's own."""

    user: UserName | None = None


class PushGroup(Input):
    """All members of a group, as `sentinel whoami` names them, and for how long they are in it."""

    members: Annotated[tuple[CallerName, ...], Field(min_length=1, strict=False), AfterValidator(_are_few_and_unique)]
    duration: Annotated[WrittenDuration, AfterValidator(_is_allowed)]
    reason: Reason


class MembershipView(View):
    """A group that a user is known to be in. Without `until`, for as long as the token lasts."""

    name: str
    source: Source
    until: Timestamp | None


class GroupList(View):
    """The groups a user is known to be in. `is_complete`: there are no others of the organization's own.

    `permissions` are what the admin policy gives the caller; null where another user's groups are listed.
    """

    user: str
    groups: tuple[MembershipView, ...]
    is_complete: bool
    permissions: tuple[Permission, ...] | None


class PushedGroupView(View):
    """The members of a pushed group, until when, and who pushed them."""

    name: str
    members: tuple[str, ...]
    until: Timestamp
    pushed_by: str
    pushed_at: Timestamp
    reason: str


def view_membership(found: Membership) -> MembershipView:
    return MembershipView(name=found.group, source=found.source, until=found.until)


def view_pushed(found: PushedGroup) -> PushedGroupView:
    return PushedGroupView(
        name=found.group,
        members=found.members,
        until=found.ends_at,
        pushed_by=found.pushed.by or "",
        pushed_at=found.pushed.at,
        reason=found.pushed.comment or "",
    )
