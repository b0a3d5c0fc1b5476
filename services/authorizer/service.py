"""The authorizer, readable top to bottom: read the proof, have STS confirm it, then look the session up."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.authorizer.answers import Passed
from services.authorizer.denials import Denial
from services.authorizer.event import AccessQuestion
from services.authorizer.memory import ConfirmedProofs, ProofKey, RefusedProofs
from shared.aws.caller_identity import CallerIdentity, NotProven, VerifiedIdentity
from shared.aws.session_rows import SessionRow
from shared.aws.session_standing import SessionStanding, SessionStandings
from shared.aws.sts_endpoints import StsEndpoints
from shared.aws.tables import SessionStatus
from shared.core.arn import MalformedArnError, parse_arn, role_name
from shared.core.globs import matches_any
from shared.core.proof import MalformedProofError, Proof, parse_proof, request_binding
from shared.core.stamp import Stamp, parse_stamp
from shared.edge.audit import AuditLine


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What the APIs behind this function accept. `profiles` are globs.

    `binds_request` asks for proofs of one method, path and query.
    """

    profiles: tuple[str, ...]
    longest_age: timedelta
    binds_request: bool


@dataclass(frozen=True, slots=True)
class AuthorizerService:
    """Decides on requests. `clock` gives the present instant in UTC.

    `confirmed` are the proofs of sessions that passed, `others` whatever else STS confirmed: every AWS account can sign
    as many proofs as it likes.
    """

    acceptance: Acceptance
    endpoints: StsEndpoints
    identities: CallerIdentity
    confirmed: ConfirmedProofs
    others: ConfirmedProofs
    refused: RefusedProofs
    sessions: SessionStandings
    clock: Callable[[], datetime]

    async def authorize(self, question: AccessQuestion, audit: AuditLine) -> Passed | Denial:
        """Say whether the session behind a request is alive, and really theirs.

        Raises:
            AwsError: something needed to decide could not be read.

        """
        now = self.clock()
        proof = _read_proof(question, now)
        if isinstance(proof, Denial):
            return proof
        key = self._key(proof, question)
        if isinstance(key, Denial):
            return key
        identity = await self._confirm(proof, key, audit, now)
        if isinstance(identity, Denial):
            return identity
        audit.caller_access_key_id = proof.key
        audit.caller_arn, audit.account = identity.arn, identity.account
        stamp = _stamp_of(identity)
        if stamp is None:
            return Denial.NOT_VENDED
        audit.session_id, audit.stamp = stamp.session_id, str(stamp)
        with audit.step("read"):
            standing = await self.sessions.load(stamp, self.acceptance.profiles, now)
        verdict = self._judge(standing, stamp, identity, audit, now)
        if isinstance(verdict, Passed):
            self.confirmed.remember(key, proof, identity, now)
        return verdict

    def _key(self, proof: Proof, question: AccessQuestion) -> ProofKey | Denial:
        binding = _binding(question) if self.acceptance.binds_request else None
        if isinstance(binding, Denial):
            return binding
        return ProofKey(proof.fingerprint(), question.api_id, binding)

    async def _confirm(self, proof: Proof, key: ProofKey, audit: AuditLine, now: datetime) -> VerifiedIdentity | Denial:
        known = self.confirmed.find(key, now) or self.others.find(key, now)
        if known is not None:
            return known
        if self.refused.holds(key, now):
            return Denial.NOT_PROVEN
        endpoint = self.endpoints.find(proof.region)
        if endpoint is None:
            return Denial.FOREIGN_REGION
        with audit.step("proof"):
            identity = await self.identities.verify(proof, endpoint, api_id=key.api_id, binding=key.binding)
        if isinstance(identity, NotProven):
            if identity.is_final:
                self.refused.remember(key, proof)
            return Denial.NOT_PROVEN
        self.others.remember(key, proof, identity, now)
        return identity

    def _judge(
        self,
        standing: SessionStanding | None,
        stamp: Stamp,
        identity: VerifiedIdentity,
        audit: AuditLine,
        now: datetime,
    ) -> Passed | Denial:
        if standing is None:
            return Denial.UNKNOWN_SESSION
        row = standing.row
        if row.stamp != str(stamp) or not _is_session_of(identity, row.role_arn):
            return Denial.OTHER_ROLE
        _note_session(audit, row)
        if row.status is SessionStatus.FAILED:
            return Denial.NEVER_ISSUED
        if row.status is SessionStatus.REVOKED or standing.is_cut_off:
            return Denial.REVOKED
        if now >= row.ends_at:
            return Denial.EXPIRED
        if now - row.issued_at >= self.acceptance.longest_age:
            return Denial.TOO_OLD
        if not matches_any(self.acceptance.profiles, row.profile):
            return Denial.PROFILE_NOT_ACCEPTED
        if standing.is_locked_out:
            return Denial.LOCKED_OUT
        return Passed(row.user, row.profile, row.session_id, row.via.value)


def _note_session(audit: AuditLine, row: SessionRow) -> None:
    audit.user, audit.profile, audit.role_arn = row.user, row.profile, row.role_arn
    audit.via, audit.grant_id, audit.expires_at = row.via.value, row.grant_id, row.ends_at


def _read_proof(question: AccessQuestion, now: datetime) -> Proof | Denial:
    if question.unverified_header is None:
        return Denial.NO_PROOF
    try:
        proof = parse_proof(question.unverified_header)
    except MalformedProofError:
        return Denial.MALFORMED_PROOF
    return proof if proof.is_fresh(now) else Denial.STALE_PROOF


def _binding(question: AccessQuestion) -> str | Denial:
    if question.query is None:
        return Denial.UNCLEAR_QUERY
    return request_binding(question.method, question.path, question.query)


def _stamp_of(identity: VerifiedIdentity) -> Stamp | None:
    try:
        arn = parse_arn(identity.arn)
    except MalformedArnError:
        return None
    kind, *names = arn.resource.split("/")
    if (arn.service, kind, len(names)) != ("sts", "assumed-role", 2) or arn.account != identity.account:
        return None
    return parse_stamp(names[1])


def _is_session_of(identity: VerifiedIdentity, role_arn: str) -> bool:
    session, role = parse_arn(identity.arn), parse_arn(role_arn)
    is_same_place = (session.partition, session.account) == (role.partition, role.account)
    return is_same_place and session.resource.split("/")[1] == role_name(role)
