"""What the admin API answers so far: who the caller is, and that the service is there."""

from shared.edge.answers import Answer
from shared.edge.lambda_app import Asked


async def whoami(asked: Asked) -> Answer:
    """Show the caller how Sentinel sees them: the `user` that policies match, and the identity it came from."""
    principal = asked.principal
    return Answer(
        {
            "user": principal.user,
            "kind": principal.kind.value,
            "account": principal.account,
            "arn": asked.request.caller.arn,
            "role": principal.role,
            "session_name": principal.session_name,
        },
    )


async def health(_: Asked) -> Answer:
    """Say that a signed request reached the service and was answered; it reads nothing, so it costs nothing."""
    return Answer({"status": "ok"})
