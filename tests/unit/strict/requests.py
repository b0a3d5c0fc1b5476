"""Legal requests the strict tests start from, each changed in one place."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import ServiceModel

from deploy.local.strict import StrictContext, TableKeys, check
from deploy.local.strict.context import AwsRequest

VEND = "arn:aws:iam::123456789012:role/sentinel/Vend"
ACCOUNT = "arn:aws:iam::123456789012:root"
CONTEXT = StrictContext(
    access_tables={
        "grants": TableKeys(frozenset({"subject", "item"}), {"by-id": frozenset({"grant_id"})}),
        "sessions": TableKeys(frozenset({"session_id"})),
    },
    vend_role_arn=VEND,
    protected_roles=frozenset({"Prod"}),
)


@cache
def model_of(service: str) -> ServiceModel:
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


def complaints(
    service: str,
    operation: str,
    params: Mapping[str, Any],
    context: StrictContext = CONTEXT,
) -> str:
    """Join all complaints about a request; empty for a legal one."""
    model = model_of(service).operation_model(operation)
    return "; ".join(check(AwsRequest(service, operation, params), context, model))


def assume_role(**changes: Any) -> dict[str, Any]:
    return {
        "RoleArn": "arn:aws:iam::123456789012:role/Prod",
        "RoleSessionName": "sentinel-d-0123456789abcdef-alice",
        "SourceIdentity": "sentinel-d-0123456789abcdef-alice",
        "Tags": [{"Key": "SentinelSession", "Value": "0123456789abcdef"}, {"Key": "SentinelUser", "Value": "é/alice"}],
        "TransitiveTagKeys": ["SentinelSession"],
        "DurationSeconds": 3600,
    } | changes


def tags(*keys: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": "v"} for key in keys]


def session_policy(length: int, filler: str = "x") -> str:
    """Write a session policy of exactly this many characters."""
    empty = '{"Version":"2012-10-17","Id":"","Statement":[]}'
    return empty.replace('"Id":""', f'"Id":"{filler * (length - len(empty))}"')


def trust(*actions: str, principal: str = VEND, condition: Any = None, more: Any = ()) -> str:
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": list(actions)}
    if condition is not None:
        statement["Condition"] = condition
    return json.dumps({"Version": "2012-10-17", "Statement": [statement, *more]})


ALL_THREE = ("sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession")


def create_role(document: str, name: str = "Prod") -> dict[str, Any]:
    return {"RoleName": name, "AssumeRolePolicyDocument": document}


def permissions(length: int) -> str:
    """Write a permissions policy of exactly this many characters that are not white space, and some that are."""
    empty = '{"Version":"2012-10-17","Id":"","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
    return empty.replace('"Id":""', f'"Id":"{"x" * (length - len(empty))}"') + " " * 100


def query(**changes: Any) -> dict[str, Any]:
    return {
        "TableName": "grants",
        "KeyConditionExpression": "subject = :s",
        "ExpressionAttributeValues": {":s": {"S": "user#alice"}},
        "ConsistentRead": True,
    } | changes


def transaction(*writes: dict[str, Any], token: str = "t") -> dict[str, Any]:
    return {"TransactItems": list(writes), "ClientRequestToken": token}


def deletion(session_id: str) -> dict[str, Any]:
    return {"Delete": {"TableName": "sessions", "Key": {"session_id": {"S": session_id}}}}
