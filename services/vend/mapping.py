"""From one shape to another: a request to facts, a vend to its row, its audit fields and the JSON of the SDKs."""

from collections.abc import Mapping
from typing import Any, Final

from services.vend.facts import VendFacts
from services.vend.issuing import Issued, IssueRequest
from services.vend.request import VendRequest
from shared.core.access.recorded import Circumstances, record_circumstances
from shared.core.session import Session
from shared.core.stamp import Stamp
from shared.edge.audit.line import AuditLine
from shared.edge.audit.writing import decision_digest
from shared.edge.caller_facts import note_documents
from shared.edge.lambda_app import RequestContext
from shared.edge.timestamps import format_timestamp

# Of a token's largest size, in percent. It depends on the caller's chain and tags: another user may be over it already.
_TOKEN_FILLS_AT: Final = 80


def note_request(audit: AuditLine, request: VendRequest) -> None:
    audit.profile = request.profile
    audit.duration_asked_s = None if request.duration is None else int(request.duration.total_seconds())


def circumstances_of(request: VendRequest, facts: VendFacts) -> Circumstances:
    """Give what authorization reads besides the policy's decision."""
    profile = facts.profile
    return Circumstances(
        is_enabled=profile is not None and profile.enabled,
        is_locked_out=bool(facts.lockouts),
        requested=request.duration,
        profile_cap=None if profile is None else profile.max_duration,
        grants=facts.grants,
    )


def note_facts(audit: AuditLine, facts: VendFacts, circumstances: Circumstances) -> None:
    audit.policy_version = facts.policy_version
    audit.facts |= record_circumstances(circumstances)
    note_documents(audit, facts.documents)


def note_issue_request(audit: AuditLine, issue_request: IssueRequest, stamp: Stamp) -> None:
    audit.session_id, audit.stamp = stamp.session_id, str(stamp)
    audit.via = issue_request.authorization.via.value
    audit.grant_id = None if issue_request.authorization.grant is None else issue_request.authorization.grant.grant_id
    audit.duration_given_s = int(issue_request.authorization.duration.total_seconds())


def note_issued(audit: AuditLine, issued: Issued) -> None:
    audit.access_key_id = issued.credentials.access_key_id
    audit.expires_at = issued.expires_at
    used = audit.token_use_percent = issued.credentials.token_use_percent
    if used is not None and used > _TOKEN_FILLS_AT:
        audit.warning = (
            f"the session token of profile {audit.profile} is {used}% full: a longer session policy or user name, "
            "and AWS refuses it"
        )


def session_row(ctx: RequestContext, issue_request: IssueRequest, stamp: Stamp, policy_version: str) -> Session:
    """Write the session of an order; it ends when its credentials do, or its grant where that is sooner."""
    authorization = issue_request.authorization
    return Session(
        session_id=stamp.session_id,
        user=issue_request.user,
        caller_arn=ctx.request.caller.arn,
        account=ctx.request.caller.account,
        source_ip=ctx.request.caller.source_ip or None,
        profile=issue_request.profile_name,
        role_arn=issue_request.profile.role_arn,
        stamp=str(stamp),
        via=authorization.via,
        grant_id=None if authorization.grant is None else authorization.grant.grant_id,
        rule=issue_request.decision.rule_name,
        policy_version=policy_version,
        request_id=ctx.audit.request_id,
        issued_at=issue_request.now,
        ends_at=issue_request.now + authorization.duration,
        line_digest=decision_digest(ctx.audit),
    )


def render_credentials(issued: Issued, account: str) -> Mapping[str, Any]:
    """Write the container-credentials format every AWS SDK reads, and the session's id."""
    credentials = issued.credentials
    return {
        "AccessKeyId": credentials.access_key_id,
        "SecretAccessKey": credentials.secret_access_key.get_secret_value(),
        "Token": credentials.session_token.get_secret_value(),
        "Expiration": format_timestamp(issued.expires_at),
        "AccountId": account,
        "SessionId": issued.session_id,
    }
