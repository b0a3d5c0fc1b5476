"""The authorizer's two answers, in the form the API asked for.

API Gateway guide: simple responses need payload 2.0; everything else takes an IAM policy. With a TTL of 0 nothing of it
is kept, so the policy names the one resource that was asked about.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from services.authorizer.event import is_simple, method_arn

_VERSION: Final = "2012-10-17"
_DENIED_PRINCIPAL: Final = "nobody"  # codespell:ignore


@dataclass(frozen=True, slots=True)
class Passed:
    """The session behind the request: what the API's own code may rely on."""

    user: str
    profile: str
    session_id: str
    via: str

    def context(self) -> Mapping[str, str]:
        return {"user": self.user, "profile": self.profile, "session_id": self.session_id, "via": self.via}


def render(event: object, passed: Passed | None) -> dict[str, Any]:
    """Write the answer API Gateway expects; None denies. What cannot have asked for a policy gets a simple denial."""
    context = {} if passed is None else passed.context()
    resource = method_arn(event)
    if is_simple(event) or resource is None:
        return {"isAuthorized": passed is not None, "context": context}
    effect = "Deny" if passed is None else "Allow"
    statement = {"Effect": effect, "Action": "execute-api:Invoke", "Resource": resource}
    return {
        "principalId": _DENIED_PRINCIPAL if passed is None else passed.user,
        "policyDocument": {"Version": _VERSION, "Statement": [statement]},
        "context": context,
    }
