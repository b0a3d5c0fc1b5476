"""Corrects what the emulator authorizes requests on: credentials, resources and condition keys.

- Several parameters read by one request are authorized one by one, a path on the path alone (Service Authorization
  Reference, AWS Systems Manager; Systems Manager User Guide, "Restricting access to parameters").
- The actions of a DynamoDB transaction are authorized one by one, each with the keys of its own item (DynamoDB guide,
  "Using IAM with DynamoDB transactions").
- REST API stages that log need the account's CloudWatch role, of which there is one per account and region (API Gateway
  guide, "Set up CloudWatch logging for REST APIs").
"""

from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from typing import Any

from ministack.core import iam_actions, iam_evaluator
from ministack.core.responses import get_account_id
from ministack.services import apigateway_v1, dynamodb, iam, sts

from . import replaces
from .named import Keys, keys_of, parameter_names, read_json

_ADMIN = "local-stack"
_EVERYTHING = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
_SEVERAL = ("ssm:GetParameters", "ssm:GetParametersByPath")
_IN_TRANSACTIONS = ("ConditionCheck", "Put", "Update", "Delete", "Get")
_NO_LOGS_ROLE = "CloudWatch Logs role ARN must be set in account settings to enable logging"
_parameters: ContextVar[Sequence[str]] = ContextVar("arns_of_the_parameters_asked", default=())
_of_actions: ContextVar[list[Keys]] = ContextVar("keys_of_a_transactions_actions")


def create_admin(access_key_id: str, secret_access_key: str) -> None:
    """Create the IAM user the stack itself works as, with the key that the parent process chose."""
    iam._create_user({"UserName": [_ADMIN]})  # noqa: SLF001 - ministack has no other way in before it serves
    iam._user_inline_policies[_ADMIN] = {"everything": _EVERYTHING}  # noqa: SLF001 - as above
    iam._access_keys[access_key_id] = {  # noqa: SLF001 - as above
        "UserName": _ADMIN,
        "AccessKeyId": access_key_id,
        "SecretAccessKey": secret_access_key,
        "Status": "Active",
        "CreateDate": "2026-01-01T00:00:00Z",
    }


@replaces(sts, "is_root_access_key")  # imported there by name
@replaces(iam_evaluator, "is_root_access_key")
def _is_root(_: Callable[..., bool], _access_key_id: str) -> bool:
    """Refuse the emulator's root user: it accepts `test`, any account id or no key at all, with any secret."""
    return False


def session_of(access_key_id: str) -> Mapping[str, Any]:
    """Return the role session of a key; empty for any other key."""
    return sts._sessions.get(access_key_id) or {}  # noqa: SLF001 - where sessions live


def role_of(account: str, name: str) -> Mapping[str, Any]:
    """Return a role; empty for an unknown one."""
    return iam._roles.get_scoped(account, None, name) or {}  # noqa: SLF001 - where roles live


def allows(
    access_key_id: str, action: str, resource: str, region: str, keys: Mapping[str, Any], trust: object = None
) -> bool:
    """Whether a key's identity policies allow an action with these condition keys, and the trust policy, if given."""
    principal = iam_evaluator.resolve_principal(access_key_id, get_account_id())
    if isinstance(principal, iam_evaluator.AuthError) or principal.policies is None:
        return False
    context = iam_evaluator.EvalContext(
        principal_arn=principal.arn,
        principal_type=principal.type,
        principal_account=principal.account,
        action=action,
        resource_arn=resource,
        region=region,
        service_context=dict(keys),
        principal_keys=principal.keys,
    )
    trusted = trust is None or iam_evaluator.evaluate_trust_policy(trust, principal.arn, context)
    identity = iam_evaluator.evaluate(context, principal.policies, *principal.limits)
    return bool(trusted) and bool(identity.decision == "Allow")


@replaces(iam_evaluator, "_resolve_condition_key")
def _resolve_condition_key(resolve: Callable[..., Any], key: str, context: Any) -> Any:
    """Resolve `aws:PrincipalArn` of a session to its role's ARN, path included (IAM User Guide, global keys)."""
    if key.lower() != "aws:principalarn" or ":assumed-role/" not in context.principal_arn:
        return resolve(key, context)
    fields = context.principal_arn.split(":", 5)
    account, name = fields[4], fields[5].split("/")[1]
    return role_of(account, name).get("Arn") or f"arn:{fields[1]}:iam::{account}:role/{name}"


@replaces(sts, "_principal_keys")  # imported there by name
@replaces(iam_evaluator, "_principal_keys")
def _principal_keys(describe: Callable[..., dict[str, Any]], credential: Any) -> dict[str, Any]:
    """Add `aws:SourceIdentity`."""
    source = session_of(credential.access_key_id).get("SourceIdentity")
    return describe(credential) | ({"aws:sourceidentity": source} if source else {})


@replaces(iam_actions, "extract_resource_arn")
def _extract_resource_arn(
    extract: Callable[..., str],
    service: str,
    method: str,
    path: str,
    headers: Any,
    body: bytes,
    params: Any,
    region: str,
    account: str,
) -> str:
    """Authorize on a role's whole ARN, path included, and note the parameters that a request names."""
    names = parameter_names(body) if service == "ssm" else []
    _parameters.set([f"arn:aws:ssm:{region}:{account}:parameter/{name.strip('/')}" for name in names])
    found = str(extract(service, method, path, headers, body, params, region, account))
    before, is_role, name = found.partition(":role/")
    if not is_role or not before.startswith("arn:") or "/" in name:
        return found
    return str(role_of(before.split(":")[4], name).get("Arn") or found)


@replaces(iam_actions, "dynamodb_service_context")
def _dynamodb_service_context(gather: Callable[[bytes], dict[str, Any]], body: bytes) -> dict[str, Any]:
    request = read_json(body)
    return {**gather(body), **(_keys_of_item(request) if {"Key", "Item"} & request.keys() else {})}


@replaces(iam_actions, "dynamodb_transaction_checks")
def _dynamodb_transaction_checks(check: Callable[..., Any], action: str, body: bytes, region: str, account: str) -> Any:
    items = read_json(body).get("TransactItems") or ()
    _of_actions.set([_keys_of_item(item[member]) for item in items for member in _IN_TRANSACTIONS if member in item])
    return check(action, body, region, account)


def _keys_of_item(request: Mapping[str, Any]) -> Keys:
    table = dynamodb._tables.get(request.get("TableName")) or {}  # noqa: SLF001 - where tables live
    schema = table.get("KeySchema", ())
    return keys_of(request, next((key["AttributeName"] for key in schema if key["KeyType"] == "HASH"), ""))


@replaces(iam_evaluator, "enforce")
def _enforce(
    enforce: Callable[..., Any], access_key_id: str, action: str, service: str, region: str, **options: Any
) -> Any:
    """Authorize each action of a transaction with its own keys, and each parameter by itself."""
    context = options.get("service_context") or {}
    if "dynamodb:EnclosingOperation" in context:
        options["service_context"] = {**context, **_of_actions.get().pop(0)}
    named = _parameters.get() if action in _SEVERAL else ()
    for resource in named or [options.get("resource_arn", "*")]:
        denied = enforce(access_key_id, action, service, region, **options | {"resource_arn": resource})
        if denied is not None:
            return denied
    return None


@replaces(apigateway_v1, "_create_stage")
@replaces(apigateway_v1, "_update_stage")
def _handle_stage(handle: Callable[..., Any], *arguments: Any) -> Any:
    settings = apigateway_v1._account_settings.get("settings") or {}  # noqa: SLF001 - where the role is kept
    if _wants_logs(arguments[-1]) and not settings.get("cloudwatchRoleArn"):
        return apigateway_v1._v1_error("BadRequestException", _NO_LOGS_ROLE, 400)  # noqa: SLF001 - its error shape
    return handle(*arguments)


def _wants_logs(request: Mapping[str, Any]) -> bool:
    """Whether a CreateStage or an UpdateStage turns access logs or execution logs on."""
    changes = request.get("patchOperations") or ()
    return bool((request.get("accessLogSettings") or {}).get("destinationArn")) or any(
        change.get("op") != "remove"
        and change.get("value") not in (None, "", "OFF")
        and str(change.get("path", "")).endswith(("/accessLogSettings/destinationArn", "/logging/loglevel"))
        for change in changes
    )
