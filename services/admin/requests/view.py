"""An approval request as the API shows it."""

from datetime import datetime

from services.admin.views import Approval, RequestView, Window, view_action, whole_seconds
from shared.core.approval.deciding import settle
from shared.core.approval.policy import approvers_for
from shared.core.approval.request import ApprovalRequest


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
        approvers=approvers_for(present.approvers, present.requester.person),
        auto_approved=present.is_auto_approved,
        ended=view_action(present.ended),
        rule=present.rule,
        policy_version=present.policy_version,
    )


def _window(request: ApprovalRequest) -> Window | None:
    if request.starts_at is None or request.ends_at is None:
        return None
    return Window(starts_at=request.starts_at, ends_at=request.ends_at)
