"""Why a request does not pass: for the audit line. The caller learns no more than 403."""

from enum import StrEnum


class Denial(StrEnum):
    """One reason each; `code` is its stable name in audit lines and metrics."""

    UNKNOWN_EVENT = "not a REQUEST authorizer's event of an API this function guards"
    NO_PROOF = "no proof, or more than one"
    MALFORMED_PROOF = "the proof cannot be read"
    STALE_PROOF = "the proof is older than a minute, or from the future"
    UNCLEAR_QUERY = "the query can be read in more than one way, and the proof has to be for it"
    FOREIGN_REGION = "the proof is for a region that is neither the function's own nor in SENTINEL_STS_REGIONS"
    NOT_PROVEN = "STS does not confirm the signature"
    NOT_VENDED = "the credentials are not a session of Sentinel's"
    UNKNOWN_SESSION = "there is no such session"
    OTHER_ROLE = "the credentials are of another account, role or stamp than the session's"
    REVOKED = "the session is revoked"
    NEVER_ISSUED = "the session was never issued"
    EXPIRED = "the session has expired"
    TOO_OLD = "the session is older than this API accepts"
    PROFILE_NOT_ACCEPTED = "this API does not accept the profile"
    LOCKED_OUT = "a lockout stops the user, the profile or everyone"

    @property
    def code(self) -> str:
        return self.name.lower()
