"""The write round: AssumeRole and the session row side by side, and what is left when one of them fails."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final, TypeVar

from services.vend.throttling_retry import retry_throttling
from shared.aws.concurrency import gather_both
from shared.aws.credentials import Credentials
from shared.aws.dynamodb.sessions import Recording, SessionTable
from shared.aws.errors import AwsError, UnavailableError, UnreadableError
from shared.aws.sts.assume_role import RoleIssuer
from shared.core.access.authorize import Issue
from shared.core.access.evaluate import Decision
from shared.core.grants import Grant, GrantUses
from shared.core.ids import ID_BYTES, new_id
from shared.core.profile import Profile
from shared.core.session import Session
from shared.core.session_policy import UnusableSessionPolicyError, compose_session_policy
from shared.core.stamp import Stamp, Via, session_tags, stamp_for
from shared.edge.audit.line import AuditLine
from shared.edge.indeterminate import IndeterminateError

Done = TypeVar("Done")
Assume = Callable[[], Coroutine[Any, Any, Credentials]]
# Left of the request's time for undoing what was recorded, where STS does not answer, in seconds.
_FOR_UNDOING_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class IssueRequest:
    """What is to be issued, for whom, and by which decision, until when on the monotonic clock."""

    user: str
    profile_name: str
    profile: Profile
    decision: Decision
    authorization: Issue
    now: datetime
    answer_by_s: float


@dataclass(frozen=True, slots=True)
class Issued:
    """Credentials with their row written. `expires_at` is the grant's end where that comes before STS's."""

    credentials: Credentials
    session_id: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class GrantAlreadyUsed:
    """Another vend used the `once` grant first; nothing was issued."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """Issues and records. `random_bytes` is the source of session ids."""

    roles: RoleIssuer
    sessions: SessionTable
    random_bytes: Callable[[int], bytes]

    def stamp(self, issue_request: IssueRequest) -> Stamp:
        """Make the stamp of a new session."""
        return stamp_for(issue_request.authorization.via, new_id(self.random_bytes(ID_BYTES)), issue_request.user)

    async def issue(
        self, issue_request: IssueRequest, stamp: Stamp, row: Session, audit: AuditLine
    ) -> Issued | GrantAlreadyUsed:
        """Issue credentials and record their session; no credential leaves without its row.

        Raises:
            AwsError: either failed. The row, if it was written, is marked failed; a consumed grant is given back.
            IndeterminateError: the session policies of profile and rule cannot be joined.

        """
        assume = self._assume(issue_request, stamp, _session_policy(issue_request))
        audit.session_row = "not known to be recorded"
        grant = issue_request.authorization.grant
        if grant is not None and grant.uses is GrantUses.ONCE:
            credentials = await self._issue_once(assume, row, grant, audit, issue_request.answer_by_s)
        else:
            credentials = await self._issue_and_record(assume, row, audit)
        if credentials is None:
            return GrantAlreadyUsed()
        not_after = issue_request.authorization.not_after
        expires_at = credentials.expires_at if not_after is None else min(credentials.expires_at, not_after)
        return Issued(credentials, stamp.session_id, expires_at)

    def _assume(self, issue_request: IssueRequest, stamp: Stamp, session_policy: str | None) -> Assume:
        grant = issue_request.authorization.grant
        tags = session_tags(
            stamp,
            user=issue_request.user,
            profile=issue_request.profile_name,
            grant_id=None if grant is None else grant.grant_id,
        )
        assume = partial(
            self.roles.issue,
            role_arn=issue_request.profile.role_arn,
            stamp=stamp,
            tags=tags,
            duration=issue_request.authorization.sts_duration,
            session_policy=session_policy,
            now=issue_request.now,
        )
        if issue_request.authorization.via is Via.BREAK_GLASS:
            assume = partial(retry_throttling, assume, issue_request.answer_by_s)
        return partial(_in_time, "sts", assume, issue_request.answer_by_s)

    async def _issue_and_record(self, assume: Assume, row: Session, audit: AuditLine) -> Credentials:
        """Do both at once and to their end: a cancelled write could still land after it was taken for undone."""
        # AssumeRole is the slower of the two, so it is on its way first.
        credentials, recorded = await gather_both(assume(), self.sessions.record_session(row))
        if isinstance(recorded, Exception):
            raise recorded
        audit.session_row = "recorded"
        if isinstance(credentials, Exception):
            await self._mark_failed(row, audit)
            raise credentials
        return credentials

    async def _issue_once(
        self,
        assume: Assume,
        row: Session,
        grant: Grant,
        audit: AuditLine,
        answer_by_s: float,
    ) -> Credentials | None:
        """Consume the grant before AssumeRole, so that two vends of one grant can never both issue."""
        try:
            recording = await _in_time(
                "dynamodb", partial(self.sessions.record_session_consuming, row, grant), answer_by_s
            )
        except (UnavailableError, UnreadableError):
            # It may have happened all the same; then the grant is used up for nothing.
            await self._give_back(row, grant, audit, otherwise="not known to be recorded")
            raise
        if recording is Recording.GRANT_ALREADY_USED:
            audit.session_row = None
            return None
        audit.session_row = "recorded"
        try:
            return await assume()
        except AwsError:
            await self._give_back(row, grant, audit, otherwise="failed, grant lost")
            raise

    async def _give_back(self, row: Session, grant: Grant, audit: AuditLine, *, otherwise: str) -> None:
        audit.session_row = otherwise
        # The answer is about STS; that the grant stays used is for the audit line.
        with suppress(AwsError):
            if await self.sessions.give_back(row, grant):
                audit.session_row = "failed, grant given back"

    async def _mark_failed(self, row: Session, audit: AuditLine) -> None:
        try:
            await self.sessions.mark_failed(row.session_id)
        except AwsError:
            audit.session_row = "recorded, not marked failed"
        else:
            audit.session_row = "failed"


async def _in_time(dependency: str, call: Callable[[], Coroutine[Any, Any, Done]], answer_by_s: float) -> Done:
    """Await a call while there is time to undo what it did; `answer_by_s` is on the monotonic clock.

    Raises:
        AwsError: it failed, or was not answered in time.

    """
    try:
        async with asyncio.timeout_at(answer_by_s - _FOR_UNDOING_S):
            return await call()
    except TimeoutError:
        raise UnavailableError(dependency, "the request's time was over before the answer") from None


def _session_policy(issue_request: IssueRequest) -> str | None:
    rule = issue_request.decision.rule
    written = (issue_request.profile.session_policy, None if rule is None else rule.session_policy)
    policies = [policy for policy in written if policy is not None]
    # What a session chains into lives an hour from then on, past the end of the grant it was issued under.
    under_grant = issue_request.authorization.grant is not None and not issue_request.profile.chaining
    try:
        return compose_session_policy(
            policies, not_after=issue_request.authorization.not_after, under_grant=under_grant
        )
    except UnusableSessionPolicyError as error:
        raise IndeterminateError("document", f"profile {issue_request.profile_name}: {error}") from None
