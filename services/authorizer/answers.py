"""The authorizer's two answers, in the form the API asked for.

API Gateway guide: simple responses need payload 2.0; everything else takes an IAM policy. With a TTL of 0 nothing of it
is kept, so the policy names the one resource that was asked about.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from services.authorizer.event import AccessQuestion

_VERSION: Final = "2012-10-17"
_NOBODY: Final = "nobody"


class Denial(StrEnum):
    """Why a request does not pass: for the audit line. The caller learns no more than 403."""

    NO_PROOF = "no proof, or more than one"
    MALFORMED_PROOF = "the proof cannot be read"
    STALE_PROOF = "the proof is older than a minute, or from the future"
    FOREIGN_REGION = "the proof is for a region of another partition"
    NOT_PROVEN = "STS does not confirm the signature"
    NOT_VENDED = "the credentials are not a session of Sentinel's"
    UNKNOWN_SESSION = "there is no such session"
    OTHER_ROLE = "the session is of another account, role or stamp"
    REVOKED = "the session is revoked"
    FAILED = "the session was never issued"
    EXPIRED = "the session has expired"
    TOO_OLD = "the session is older than this API accepts"
    PROFILE_NOT_ACCEPTED = "this API does not accept the profile"
    LOCKED_OUT = "a lockout stops the user, the profile or everyone"
    UNDECIDED = "something needed to decide could not be read"


@dataclass(frozen=True, slots=True)
class Passed:
    """The session behind the request: what the API's own code may rely on."""

    user: str
    profile: str
    session_id: str
    via: str

    def context(self) -> Mapping[str, str]:
        return {"user": self.user, "profile": self.profile, "session_id": self.session_id, "via": self.via}


def render(question: AccessQuestion, verdict: Passed | Denial) -> Mapping[str, Any]:
    """Write the answer API Gateway expects."""
    context = verdict.context() if isinstance(verdict, Passed) else {}
    if question.is_simple:
        return {"isAuthorized": isinstance(verdict, Passed), "context": context}
    effect = "Allow" if isinstance(verdict, Passed) else "Deny"
    statement = {"Effect": effect, "Action": "execute-api:Invoke", "Resource": question.resource_arn}
    return {
        "principalId": verdict.user if isinstance(verdict, Passed) else _NOBODY,
        "policyDocument": {"Version": _VERSION, "Statement": [statement]},
        "context": context,
    }
