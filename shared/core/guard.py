"""What the authorizer lets pass: active sessions of exactly the role they name, of profiles that the API accepts.

Every function is pure. Arguments are results of STS and the tables; what is not verified yet says so in its name.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.core.arn import MalformedArnError, parse_arn, role_name
from shared.core.globs import matches_any
from shared.core.proof import MalformedProofError, Proof, parse_proof, request_binding
from shared.core.session import Session, SessionStanding, SessionState, SessionStatus
from shared.core.stamp import Stamp, parse_stamp


class Denial(StrEnum):
    """Why a request is denied. `code` is the stable name in audit lines and metrics; the caller sees only 403."""

    UNKNOWN_EVENT = "not a REQUEST authorizer's event of an API this function guards"
    NO_PROOF = "no proof, or more than one"
    MALFORMED_PROOF = "the proof cannot be read"
    STALE_PROOF = "the proof is older than a minute, or from the future"
    UNCLEAR_QUERY = "the query is ambiguous, and the proof must be bound to it"
    FOREIGN_REGION = "the proof is for a region that is neither the function's own nor in SENTINEL_STS_REGIONS"
    NOT_PROVEN = "STS does not confirm the signature"
    NOT_VENDED = "the credentials are not of a session that Sentinel vended"
    UNKNOWN_SESSION = "the session does not exist"
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


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What the APIs behind an authorizer accept. `profiles` are globs.

    With `binds_request`, a proof must be bound to the request's method, path and query.
    """

    profiles: tuple[str, ...]
    longest_age: timedelta
    binds_request: bool


def read_proof(unverified_header: str | None, now: datetime) -> Proof | Denial:
    """Parse a request's proof and check its age at an instant (UTC). STS has not verified it yet."""
    if unverified_header is None:
        return Denial.NO_PROOF
    try:
        proof = parse_proof(unverified_header)
    except MalformedProofError:
        return Denial.MALFORMED_PROOF
    return proof if proof.is_fresh(now) else Denial.STALE_PROOF


def binding_of(method: str, path: str, query: str | None) -> str | Denial:
    """Give the binding that a proof for this request must have. `query` is None if it is ambiguous."""
    if query is None:
        return Denial.UNCLEAR_QUERY
    return request_binding(method, path, query)


def stamp_of(arn: str, account: str) -> Stamp | None:
    """Parse the stamp in the ARN that STS returned; None if Sentinel did not vend the session."""
    try:
        parsed = parse_arn(arn)
    except MalformedArnError:
        return None
    kind, *names = parsed.resource.split("/")
    if (parsed.service, kind, len(names)) != ("sts", "assumed-role", 2) or parsed.account != account:
        return None
    return parse_stamp(names[1])


def judge(
    standing: SessionStanding | None,
    stamp: Stamp,
    arn: str,
    acceptance: Acceptance,
    now: datetime,
) -> Session | Denial:
    """Give the session that passes at an instant (UTC), or the reason for the denial.

    `stamp` and `arn` are of the credentials that STS verified, `standing` is of the session that the stamp names; None
    if it does not exist. A revoked session is reported as revoked even after its end.
    """
    if standing is None:
        return Denial.UNKNOWN_SESSION
    session = standing.session
    if session.stamp != str(stamp) or not _is_session_of(arn, session.role_arn):
        return Denial.OTHER_ROLE
    if session.status is SessionStatus.FAILED:
        return Denial.NEVER_ISSUED
    if session.status is SessionStatus.REVOKED or standing.is_cut_off:
        return Denial.REVOKED
    if session.state_at(now) is not SessionState.ACTIVE:
        return Denial.EXPIRED
    if now - session.issued_at >= acceptance.longest_age:
        return Denial.TOO_OLD
    if not matches_any(acceptance.profiles, session.profile):
        return Denial.PROFILE_NOT_ACCEPTED
    if standing.is_locked_out:
        return Denial.LOCKED_OUT
    return session


def _is_session_of(arn: str, role_arn: str) -> bool:
    session, role = parse_arn(arn), parse_arn(role_arn)
    is_same_place = (session.partition, session.account) == (role.partition, role.account)
    return is_same_place and session.resource.split("/")[1] == role_name(role)
