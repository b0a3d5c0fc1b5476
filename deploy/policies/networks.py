"""A REST API's resource policy: from which networks and accounts it may be called."""

from collections.abc import Sequence

from deploy.policies.deployment import Deployment, Policy, Statement, policy

# The API the policy belongs to (API Gateway guide, "API Gateway resource policy examples").
_THIS_API = "execute-api:/*"


def rest_api_policy(
    deployment: Deployment,
    *,
    accounts: Sequence[str],
    vpc_endpoint_ids: Sequence[str] = (),
    source_ips: Sequence[str] = (),
) -> Policy:
    """Allow callers of these accounts, and deny every call from other networks regardless of identity policies.

    Naming an account lets its own identity policies decide. With `vpc_endpoint_ids` the API is private, and
    `source_ips` are addresses inside the VPC: requests through an endpoint have no `aws:SourceIp`.
    """
    conditions: dict[str, dict[str, object]] = {}
    if vpc_endpoint_ids:
        conditions["OnlyThroughTheseEndpoints"] = {"StringNotEquals": {"aws:SourceVpce": list(vpc_endpoint_ids)}}
    if source_ips:
        key = "aws:VpcSourceIp" if vpc_endpoint_ids else "aws:SourceIp"
        conditions["OnlyFromTheseAddresses"] = {"NotIpAddress": {key: list(source_ips)}}
    owners = [f"arn:{deployment.partition}:iam::{account}:root" for account in accounts]
    return policy(
        _statement("TrustedAccounts", "Allow", owners),
        *(_statement(sid, "Deny", "*") | {"Condition": condition} for sid, condition in conditions.items()),
    )


def _statement(sid: str, effect: str, principal: object) -> Statement:
    return {
        "Sid": sid,
        "Effect": effect,
        "Principal": {"AWS": principal},
        "Action": "execute-api:Invoke",
        "Resource": _THIS_API,
    }
