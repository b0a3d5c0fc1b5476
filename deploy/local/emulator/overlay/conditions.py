"""Corrects condition keys and credentials that the emulator gets wrong, by wrapping the functions that produce them."""

from typing import Any

from ministack.core import iam_actions, iam_evaluator
from ministack.services import iam, sts

ADMIN = "local-stack"
_EVERYTHING = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'


def close_root() -> None:
    """Refuse the emulator's root user: it accepts `test`, any account id or no key at all, with any secret."""

    def is_no_root(_access_key_id: str) -> bool:
        return False

    iam_evaluator.is_root_access_key = is_no_root
    sts.is_root_access_key = is_no_root


def create_admin(access_key_id: str, secret_access_key: str) -> None:
    """Create the IAM user the stack itself works as, with the key that the parent process chose."""
    iam._create_user({"UserName": [ADMIN]})  # noqa: SLF001 - ministack has no other way in before it serves
    iam._user_inline_policies[ADMIN] = {"everything": _EVERYTHING}  # noqa: SLF001 - as above
    iam._access_keys[access_key_id] = {  # noqa: SLF001 - as above
        "UserName": ADMIN,
        "AccessKeyId": access_key_id,
        "SecretAccessKey": secret_access_key,
        "Status": "Active",
        "CreateDate": "2026-01-01T00:00:00Z",
    }


def correct_condition_keys() -> None:
    """Set `aws:PrincipalArn` to the role's ARN; add `aws:SourceIdentity` (IAM User Guide, global condition keys)."""
    resolve = iam_evaluator._resolve_condition_key  # noqa: SLF001 - the one place conditions read keys
    describe = iam_evaluator._principal_keys  # noqa: SLF001 - the one place a session's keys are listed

    def resolve_condition_key(key: str, context: Any) -> Any:
        if key.lower() == "aws:principalarn" and ":assumed-role/" in context.principal_arn:
            return role_arn_of(context.principal_arn)
        return resolve(key, context)

    def principal_keys(credential: Any) -> dict[str, Any]:
        keys: dict[str, Any] = describe(credential)
        session = sts._sessions.get(credential.access_key_id) or {}  # noqa: SLF001 - where sessions live
        if session.get("SourceIdentity"):
            keys["aws:sourceidentity"] = session["SourceIdentity"]
        return keys

    iam_evaluator._resolve_condition_key = resolve_condition_key  # noqa: SLF001 - as above
    iam_evaluator._principal_keys = principal_keys  # noqa: SLF001 - as above
    sts._principal_keys = principal_keys  # noqa: SLF001 - imported there by name


def correct_role_arns() -> None:
    """Authorize on a role's whole ARN, path included; the emulator builds one from the name alone."""
    extract = iam_actions.extract_resource_arn

    def extract_resource_arn(*request: Any, **more: Any) -> str:
        found = str(extract(*request, **more))
        before, is_role, name = found.partition(":role/")
        if not is_role or not before.startswith("arn:") or "/" in name:
            return found
        role = iam._roles.get_scoped(before.split(":")[4], None, name) or {}  # noqa: SLF001 - where roles live
        return str(role.get("Arn") or found)

    iam_actions.extract_resource_arn = extract_resource_arn


def describe_call(
    principal: Any, action: str, resource: str, region: str, keys: dict[str, Any]
) -> iam_evaluator.EvalContext:
    """Return what policies are evaluated against: a principal's call of an action, with the action's condition keys."""
    return iam_evaluator.EvalContext(
        principal_arn=principal.arn,
        principal_type=principal.type,
        principal_account=principal.account,
        action=action,
        resource_arn=resource,
        region=region,
        service_context=keys,
        principal_keys=principal.keys,
    )


def role_arn_of(session_arn: str) -> str:
    """Return the ARN of the role behind a session ARN, with the path that the session's ARN lacks."""
    fields = session_arn.split(":", 5)
    account, name = fields[4], fields[5].split("/")[1]
    role = iam._roles.get_scoped(account, None, name) or {}  # noqa: SLF001 - where roles live
    return str(role.get("Arn") or f"arn:{fields[1]}:iam::{account}:role/{name}")
