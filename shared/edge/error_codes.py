"""The error codes of the HTTP API: stable, documented, and the only ones a caller ever sees."""

from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Final

from shared.core.sts_refusals import StsRefusal


class Code(StrEnum):
    INVALID_REQUEST = "invalid_request"
    UNKNOWN_CALLER = "unknown_caller"
    DENIED = "denied"
    APPROVAL_REQUIRED = "approval_required"
    LOCKED_OUT = "locked_out"
    GRANT_ENDING = "grant_ending"
    NOT_PERMITTED = "not_permitted"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    THROTTLED = "throttled"
    UNAVAILABLE = "unavailable"
    ROLE_REFUSED = StsRefusal.ROLE_REFUSED.value
    SESSION_POLICY_REFUSED = StsRefusal.SESSION_POLICY_REFUSED.value
    REGION_DISABLED = StsRefusal.REGION_DISABLED.value


@dataclass(frozen=True, slots=True)
class CodeMeaning:
    """What a code means and what its reader can do; the source of docs/errors.md."""

    status: HTTPStatus
    meaning: str
    remedy: str


_PLATFORM_TEAM: Final = "Only the platform team can fix it."
ERRORS: Final[dict[Code, CodeMeaning]] = {
    Code.INVALID_REQUEST: CodeMeaning(
        HTTPStatus.BAD_REQUEST,
        "The request is invalid: the message names the parameter, header or field, or the ticket that is not accepted.",
        "Correct what the message names and send it again.",
    ),
    Code.UNKNOWN_CALLER: CodeMeaning(
        HTTPStatus.FORBIDDEN,
        "The caller is not accepted: a root user, an account that is not trusted, credentials that Sentinel itself "
        "vended, a token that its issuer's document does not accept, or a request that did not come through the API.",
        "Call through the API with your own AWS credentials or a new token; `sentinel whoami` shows how you are seen.",
    ),
    Code.DENIED: CodeMeaning(
        HTTPStatus.FORBIDDEN,
        "No rule of the access policy gives the caller this profile, a rule denies it, or there is no such profile.",
        "`sentinel profiles` lists what you may have; the owner of the access policy can change it.",
    ),
    Code.APPROVAL_REQUIRED: CodeMeaning(
        HTTPStatus.FORBIDDEN,
        "The access policy requires an approval, and the caller has no approval whose window is open.",
        "Request an approval, then repeat the request.",
    ),
    Code.LOCKED_OUT: CodeMeaning(
        HTTPStatus.FORBIDDEN,
        "A lockout stops new credentials and grants for the user, the profile or everyone; break-glass does not "
        "override it. A person who is locked out, under any of their names, can still revoke, cancel and close what is "
        "their own, and nothing else.",
        "Ask the security team why the lockout is there and when it ends.",
    ),
    Code.GRANT_ENDING: CodeMeaning(
        HTTPStatus.FORBIDDEN,
        "The only grant that would serve ends in less than a minute.",
        "Request a new approval, or start a new break-glass event. An approval is extended before it ends: `sentinel "
        "request create --extend ID`.",
    ),
    Code.NOT_PERMITTED: CodeMeaning(
        HTTPStatus.FORBIDDEN,
        "The caller is known but may not do this.",
        "`sentinel whoami` shows how you are seen; the admin policy says who may.",
    ),
    Code.NOT_FOUND: CodeMeaning(
        HTTPStatus.NOT_FOUND,
        "There is nothing at this path, or nothing the caller may see.",
        "Check the path and the id.",
    ),
    Code.CONFLICT: CodeMeaning(
        HTTPStatus.CONFLICT,
        "The present state does not allow it: it has changed since it was read, or there is a conflict, such as a "
        "pending request of the same person for the same profile. The message names it.",
        "Do what the message says, or read the state again and decide.",
    ),
    Code.THROTTLED: CodeMeaning(
        HTTPStatus.TOO_MANY_REQUESTS,
        "The user's rate limit for this minute is reached, or AWS is throttling.",
        "Wait for the seconds in the Retry-After header.",
    ),
    Code.UNAVAILABLE: CodeMeaning(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Something needed for the decision could not be read or written, or a ticket system could not be asked. No "
        "credentials were issued, and nothing was filed.",
        "Try again; if it fails again, give the request id to the platform team.",
    ),
    Code.ROLE_REFUSED: CodeMeaning(
        HTTPStatus.FORBIDDEN,
        "Sentinel's policies give the profile, but AWS does not let Sentinel assume its role: the role is missing, "
        "does not trust Sentinel for all three actions, or another policy forbids it. A retry does not help.",
        f"{_PLATFORM_TEAM} `sentinel doctor --operator` says what is wrong with each profile's role.",
    ),
    Code.SESSION_POLICY_REFUSED: CodeMeaning(
        HTTPStatus.FORBIDDEN,
        "AWS refuses the session policy of the profile or of the rule as malformed, or as too large together with the "
        "session's tags. A retry does not help.",
        f"{_PLATFORM_TEAM} The session policy is in the profile or in the rule the audit line names: make it shorter, "
        "and check it with `sentinel policy validate`; then `sentinel doctor --operator`.",
    ),
    Code.REGION_DISABLED: CodeMeaning(
        HTTPStatus.FORBIDDEN,
        "STS is not active for Sentinel's region in the account of the profile's role. A retry does not help.",
        f"{_PLATFORM_TEAM} Activate STS for the region in that account (IAM, account settings), or deploy Sentinel to "
        "another; `sentinel doctor --operator` checks the roles.",
    ),
}
# What ended a request without a decision of ours: an operator should look at it.
FAILURES: Final = frozenset({Code.UNAVAILABLE, *(Code(refusal.value) for refusal in StsRefusal)})
