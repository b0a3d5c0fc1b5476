"""From one shape to another: a request to the policy's facts, an order to its row, credentials to the SDKs' JSON."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.vend.issuing import Issued, Order
from shared.core.access.facts import Facts, parse_source_ip
from shared.core.session import Session
from shared.core.stamp import Stamp
from shared.edge.instants import format_instant
from shared.edge.lambda_app import Asked


def facts_of(asked: Asked, profile: str, now: datetime) -> Facts:
    """Say what the access policy may know about a request."""
    return Facts(
        user=asked.principal.user,
        profile=profile,
        at=now,
        account=asked.principal.account,
        role=asked.principal.role,
        source_ip=parse_source_ip(asked.request.caller.source_ip),
    )


def session_row(asked: Asked, order: Order, stamp: Stamp, policy_version: str) -> Session:
    """Write the session of an order; it ends when its credentials do, or its grant where that is sooner."""
    authorization = order.authorization
    return Session(
        session_id=stamp.session_id,
        user=order.user,
        caller_arn=asked.request.caller.arn,
        account=asked.request.caller.account,
        source_ip=asked.request.caller.source_ip or None,
        profile=order.profile_name,
        role_arn=order.profile.role_arn,
        stamp=str(stamp),
        via=authorization.via,
        grant_id=None if authorization.grant is None else authorization.grant.grant_id,
        rule=order.decision.rule_name,
        policy_version=policy_version,
        request_id=asked.audit.request_id,
        issued_at=order.now,
        ends_at=order.now + authorization.duration,
    )


def render_credentials(issued: Issued, account: str) -> Mapping[str, Any]:
    """Write the container-credentials format every AWS SDK reads, and the session's id."""
    credentials = issued.credentials
    return {
        "AccessKeyId": credentials.access_key_id,
        "SecretAccessKey": credentials.secret_access_key.get_secret_value(),
        "Token": credentials.session_token.get_secret_value(),
        "Expiration": format_instant(issued.expires_at),
        "AccountId": account,
        "SessionId": issued.session_id,
    }
