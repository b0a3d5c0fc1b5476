"""Who the caller is, and that the service is there."""

from typing import Literal

from services.admin.common.models import View
from shared.edge.answers import Answer
from shared.edge.lambda_app import Asked


class WhoamiAnswer(View):
    """How Sentinel sees the caller."""

    user: str
    kind: str
    account: str
    arn: str
    role: str
    session_name: str


class HealthAnswer(View):
    """A signed request reached the service and was answered."""

    status: Literal["ok"]


async def whoami(asked: Asked) -> Answer:
    """Show the caller how Sentinel sees them: the `user` that policies match, and the identity it came from."""
    principal = asked.principal
    seen = WhoamiAnswer(
        user=principal.user,
        kind=principal.kind.value,
        account=principal.account,
        arn=asked.request.caller.arn,
        role=principal.role,
        session_name=principal.session_name,
    )
    return Answer(seen.as_json())


async def health(_: Asked) -> Answer:
    """Say that a signed request reached the service and was answered; it reads nothing, so it costs nothing."""
    return Answer(HealthAnswer(status="ok").as_json())
