"""The authorizer, readable top to bottom: read the proof, have STS confirm it, then look the session up."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from services.authorizer.event import AuthorizationRequest, Passed
from services.authorizer.proof_cache import ConfirmedProofs, ProofKey, RefusedProofs
from shared.aws.dynamodb.session_status import SessionStandings
from shared.aws.sts.caller_identity import CallerIdentity, NotProven, StsEndpoints, VerifiedIdentity
from shared.core.guard import Acceptance, Denial, binding_of, judge, read_proof, stamp_of
from shared.core.proof import Proof
from shared.core.session import Session
from shared.edge.audit.line import AuditLine


@dataclass(frozen=True, slots=True)
class AuthorizerService:
    """Decides on requests. `clock` gives the present instant in UTC.

    `confirmed` are the proofs of sessions that passed, `others` all others that STS confirmed: every AWS account can
    sign as many proofs as it likes.
    """

    acceptance: Acceptance
    endpoints: StsEndpoints
    identities: CallerIdentity
    confirmed: ConfirmedProofs
    others: ConfirmedProofs
    refused: RefusedProofs
    sessions: SessionStandings
    clock: Callable[[], datetime]

    async def authorize(self, request: AuthorizationRequest, audit: AuditLine) -> Passed | Denial:
        """Say whether the session behind a request is alive, and really theirs.

        Raises:
            AwsError: something needed to decide could not be read.

        """
        now = self.clock()
        proof = read_proof(request.unverified_header, now)
        if isinstance(proof, Denial):
            return proof
        key = self._key(proof, request)
        if isinstance(key, Denial):
            return key
        identity = await self._confirm(proof, key, audit, now)
        if isinstance(identity, Denial):
            return identity
        audit.caller_access_key_id = proof.key
        audit.caller_arn, audit.account = identity.arn, identity.account
        stamp = stamp_of(identity.arn, identity.account)
        if stamp is None:
            return Denial.NOT_VENDED
        audit.session_id, audit.stamp = stamp.session_id, str(stamp)
        with audit.step("read"):
            standing = await self.sessions.load(stamp, self.acceptance.profiles, now)
        verdict = judge(standing, stamp, identity.arn, self.acceptance, now)
        if standing is not None and verdict is not Denial.OTHER_ROLE:
            _note_session(audit, standing.session)
        if isinstance(verdict, Denial):
            return verdict
        self.confirmed.remember(key, proof, identity, now)
        return Passed(verdict.user, verdict.profile, verdict.session_id, verdict.via.value)

    def _key(self, proof: Proof, request: AuthorizationRequest) -> ProofKey | Denial:
        binding = None
        if self.acceptance.binds_request:
            binding = binding_of(request.method, request.path, request.query)
        if isinstance(binding, Denial):
            return binding
        return ProofKey(proof.fingerprint(), request.api_id, binding)

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


def _note_session(audit: AuditLine, session: Session) -> None:
    audit.user, audit.profile, audit.role_arn = session.user, session.profile, session.role_arn
    audit.via, audit.grant_id, audit.expires_at = session.via.value, session.grant_id, session.ends_at
