"""What an API behind the authorizer lets pass: a session that is alive, of the very role it names, and accepted there.

Every function is pure. What they are given is only what STS and the tables said; a header is called unverified.
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
    """Why a request does not pass. `code` is its stable name in audit lines and metrics; the caller sees only 403."""

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


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What the APIs behind an authorizer accept. `profiles` are globs.

    `binds_request` asks for proofs of one method, path and query.
    """

    profiles: tuple[str, ...]
    longest_age: timedelta
    binds_request: bool


def read_proof(unverified_header: str | None, now: datetime) -> Proof | Denial:
    """Read the proof of a request at an instant (UTC). STS has not confirmed it yet."""
    if unverified_header is None:
        return Denial.NO_PROOF
    try:
        proof = parse_proof(unverified_header)
    except MalformedProofError:
        return Denial.MALFORMED_PROOF
    return proof if proof.is_fresh(now) else Denial.STALE_PROOF


def binding_of(method: str, path: str, query: str | None) -> str | Denial:
    """Give what a proof of one request must be bound to. A query is None where it can be read in two ways."""
    if query is None:
        return Denial.UNCLEAR_QUERY
    return request_binding(method, path, query)


def stamp_of(arn: str, account: str) -> Stamp | None:
    """Read the stamp in the ARN that STS returned; None where its session is not one that Sentinel vended."""
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
    """Give the session that passes at an instant (UTC), or why it does not.

    `stamp` and `arn` are of the credentials that STS confirmed, `standing` is of the session the stamp names; None:
    there is no such session. A session that is revoked is reported as such after its end, too.
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
