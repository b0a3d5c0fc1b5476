"""Who the caller is, and that the service is there."""

from typing import Literal

from services.admin.common.models import View
from shared.core.identity import Authentication
from shared.edge.lambda_app import RequestContext
from shared.edge.responses import Response


class WhoamiResponse(View):
    """How Sentinel sees the caller. A caller with a token has an issuer and a subject, but no account and no role.

    `groups` are those in the caller's token: `GET /v1/groups` gives those of every source.
    """

    user: str
    kind: str
    authentication: Authentication
    account: str
    arn: str
    role: str
    session_name: str
    issuer: str
    subject: str
    groups: tuple[str, ...]


class HealthResponse(View):
    """A signed request reached the service and was answered."""

    status: Literal["ok"]


async def whoami(ctx: RequestContext) -> Response:
    """Show the caller how Sentinel sees them: the `user` that policies match, and the identity it came from."""
    principal = ctx.principal
    seen = WhoamiResponse(
        user=principal.user,
        kind=principal.kind.value,
        authentication=principal.authentication,
        account=principal.account,
        arn=ctx.request.caller.arn,
        role=principal.role,
        session_name=principal.session_name,
        issuer=principal.issuer,
        subject=principal.subject,
        groups=tuple(sorted(principal.groups.names)),
    )
    return Response(seen.as_json())


async def health(_: RequestContext) -> Response:
    """Say that a signed request reached the service and was answered; it reads nothing, so it costs nothing."""
    return Response(HealthResponse(status="ok").as_json())
