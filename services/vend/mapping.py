"""From one shape to another: a request to the policy's facts, an order to its row, credentials to the SDKs' JSON."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.vend.issuing import Issued, IssueRequest
from shared.core.access.facts import Facts, parse_source_ip
from shared.core.session import Session
from shared.core.stamp import Stamp
from shared.edge.lambda_app import RequestContext
from shared.edge.timestamps import format_timestamp


def facts_of(ctx: RequestContext, profile: str, now: datetime) -> Facts:
    """Say what the access policy may know about a request."""
    return Facts(
        user=ctx.principal.user,
        profile=profile,
        at=now,
        account=ctx.principal.account,
        role=ctx.principal.role,
        source_ip=parse_source_ip(ctx.request.caller.source_ip),
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
