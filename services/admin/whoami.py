"""Who the caller is, and that the service is there."""

from services.admin.views import HealthAnswer, WhoamiAnswer
from shared.edge.answers import Answer
from shared.edge.lambda_app import Asked


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
