"""An approval request as the API shows it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import Field

from services.admin.common.grants import Readable
from services.admin.common.models import (
    ActionView,
    GrantFilters,
    View,
    Window,
    WindowDuration,
    view_action,
    whole_seconds,
)
from services.admin.common.pagination import Listed
from shared.aws.dynamodb.schema import ItemKind
from shared.core.approval.decide import settle
from shared.core.approval.policy import approvers_for
from shared.core.approval.request import OPEN, ApprovalRequest
from shared.core.grants import GrantUses, RequestStatus
from shared.core.permissions import Entitlement
from shared.edge.inputs import Input, ProfileName, plain_text
from shared.edge.timestamps import Timestamp


class FileRequest(Input):
    """Ask for an approval. `starts_at` begins the window later, at most 7 days ahead."""

    profile: ProfileName
    reason: Annotated[str, plain_text(1, 1000)]
    duration: WindowDuration | None = None
    ticket: Annotated[str, plain_text(1, 64)] | None = None
    starts_at: Timestamp | None = None


class RequestFilters(GrantFilters):
    """Which requests: one's own, those one can approve, those one may see, or all; the last takes `read`."""

    view: Literal["mine", "approvable", "visible", "all"] = "mine"
    status: Annotated[RequestStatus, Field(strict=False)] | None = None


class Approval(View):
    """One person's approval."""

    user: str
    at: Timestamp
    comment: str | None


class RequestView(View):
    """An approval request. `rule` and `policy_version` are the access policy's when it was filed."""

    id: str
    user: str
    profile: str
    status: RequestStatus
    reason: str
    ticket: str | None
    duration_s: int
    starts_at: Timestamp | None
    uses: GrantUses
    created_at: Timestamp
    pending_until: Timestamp
    window: Window | None
    approvals: tuple[Approval, ...]
    quorum: int
    approvers: tuple[str, ...]
    auto_approved: bool
    ended: ActionView | None
    rule: str | None
    policy_version: str


class RequestResponse(View):
    """One request."""

    request: RequestView


class RequestChanged(View):
    """One request after a change, and which targets were notified."""

    request: RequestView
    notified: Mapping[str, bool]


class RequestFiled(RequestChanged):
    """A new request, and which targets were notified. `link`: its page in the console; null without one."""

    link: str | None


class RequestPage(View):
    """Some requests, newest first. More may follow while there is a cursor, even after an empty page.

    `unreadable` names rows that are left out, because the service cannot understand them.
    """

    requests: tuple[RequestView, ...]
    next_cursor: str | None
    unreadable: tuple[str, ...]


def view_request(request: ApprovalRequest, now: datetime) -> RequestView:
    """Show a request as it is at `now`: what time has done to it counts, written down or not."""
    present = settle(request, now)
    return RequestView(
        id=present.request_id,
        user=present.user,
        profile=present.profile,
        status=present.status,
        reason=present.reason,
        ticket=present.ticket,
        duration_s=whole_seconds(present.duration),
        starts_at=present.wanted_start,
        uses=present.uses,
        created_at=present.created_at,
        pending_until=present.pending_until,
        window=_window(present),
        approvals=tuple(Approval(user=vote.by.user, at=vote.at, comment=vote.comment) for vote in present.votes),
        quorum=present.quorum,
        approvers=approvers_for(present.approvers_at(now), present.requester.person),
        auto_approved=present.is_auto_approved,
        ended=view_action(present.ended),
        rule=present.rule,
        policy_version=present.policy_version,
    )


def _window(request: ApprovalRequest) -> Window | None:
    if request.starts_at is None or request.ends_at is None:
        return None
    return Window(starts_at=request.starts_at, ends_at=request.ends_at)


def _page(listed: Listed[ApprovalRequest], now: datetime) -> RequestPage:
    views = tuple(view_request(request, now) for request in listed.rows)
    return RequestPage(requests=views, next_cursor=listed.next_cursor, unreadable=listed.unreadable)


READABLE_REQUESTS: Final[Readable[ApprovalRequest, RequestFilters]] = Readable(
    item=ItemKind.APPROVAL,
    filters=RequestFilters,
    id_of=lambda request: request.request_id,
    may_see=Entitlement.may_see_request,
    may_act=Entitlement.can_approve,
    is_open=lambda filters: filters.status in OPEN,
    view=view_request,
    respond=lambda request, now: RequestResponse(request=view_request(request, now)),
    page=_page,
)
