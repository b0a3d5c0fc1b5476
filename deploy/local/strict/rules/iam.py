"""What IAM refuses and emulators take, and the lock itself: a protected role trusts the vend role and nobody else.

Sizes: IAM User Guide, "IAM and AWS STS quotas"; white space is not counted. The three actions of a trust policy:
"Monitor and control actions taken with assumed roles" (source identity) and "Pass session tags".
"""

import json
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final

from deploy.local.strict.context import AwsRequest, StrictContext
from deploy.local.strict.rules.rule import Rules

_TRUST_MAXIMUM: Final = 2048
_INLINE_MAXIMUM: Final = 10_240
_MANAGED_MAXIMUM: Final = 6_144
_VERSIONS: Final = ("2012-10-17", "2008-10-17")
_TRUST_ACTIONS: Final = ("sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession")


def a_trust_policy_fits(request: AwsRequest, _: StrictContext) -> str | None:
    return _complaint_over(_trust_text(request), _TRUST_MAXIMUM)


def an_inline_policy_fits(request: AwsRequest, _: StrictContext) -> str | None:
    return _complaint_over(request.params["PolicyDocument"], _INLINE_MAXIMUM)


def a_managed_policy_fits(request: AwsRequest, _: StrictContext) -> str | None:
    return _complaint_over(request.params["PolicyDocument"], _MANAGED_MAXIMUM)


def a_trust_policy_is_a_policy(request: AwsRequest, _: StrictContext) -> str | None:
    statements = list(_statements(_trust_text(request)))
    if not statements or not all("Principal" in s and "Action" in s and "Resource" not in s for s in statements):
        return "a trust policy is JSON whose every statement has a Principal and an Action, and no Resource"
    return None


def a_permissions_policy_is_a_policy(request: AwsRequest, _: StrictContext) -> str | None:
    statements = list(_statements(request.params["PolicyDocument"]))
    if not statements or any("Principal" in statement for statement in statements):
        return "a permissions policy is JSON with statements, none of which has a Principal"
    return None


def a_protected_role_names_the_vend_role(request: AwsRequest, context: StrictContext) -> str | None:
    if request.params["RoleName"] not in context.protected_roles:
        return None
    named = any(_names_vend_role(statement, context) for statement in _allows(_trust_text(request)))
    return None if named else "a protected role's trust policy must name the vend role"


def a_protected_role_allows_all_three_actions(request: AwsRequest, context: StrictContext) -> str | None:
    if not _is_protected(request, context):
        return None
    ours = [statement for statement in _allows(_trust_text(request)) if _names_vend_role(statement, context)]
    patterns = [pattern for statement in ours for pattern in _texts(statement.get("Action"))]
    missing = [action for action in _TRUST_ACTIONS if not any(_matches(action, pattern) for pattern in patterns)]
    return f"the trust policy does not allow the vend role {missing[0]}" if missing else None


def a_protected_role_trusts_nobody_else(request: AwsRequest, context: StrictContext) -> str | None:
    if not _is_protected(request, context):
        return None
    others = [statement for statement in _allows(_trust_text(request)) if not _names_vend_role(statement, context)]
    return "a protected role's trust policy allows someone who is not the vend role" if others else None


def _trust_text(request: AwsRequest) -> str:
    return str(request.params.get("AssumeRolePolicyDocument", request.params.get("PolicyDocument", "")))


def _complaint_over(text: str, maximum: int) -> str | None:
    size = len("".join(text.split()))
    return f"the policy has {size} characters without white space, over {maximum}" if size > maximum else None


def _statements(text: str) -> Iterator[Mapping[str, Any]]:
    """Give a policy's statements; none at all for a text that is not a policy."""
    try:
        policy = json.loads(text)
    except ValueError:
        return
    if not isinstance(policy, dict) or policy.get("Version", _VERSIONS[1]) not in _VERSIONS:
        return
    statements = policy.get("Statement", [])
    for statement in statements if isinstance(statements, list) else [statements]:
        if isinstance(statement, dict) and statement.get("Effect") in ("Allow", "Deny"):
            yield statement


def _allows(text: str) -> list[Mapping[str, Any]]:
    return [statement for statement in _statements(text) if statement["Effect"] == "Allow"]


def _is_protected(request: AwsRequest, context: StrictContext) -> bool:
    """Whether a role is protected: it is listed, or anything in its trust policy names the vend role."""
    listed = request.params["RoleName"] in context.protected_roles
    return listed or any(_names_vend_role(statement, context) for statement in _allows(_trust_text(request)))


def _names_vend_role(statement: Mapping[str, Any], context: StrictContext) -> bool:
    """Whether a statement applies to the vend role alone: it is the only principal, or `aws:PrincipalArn` says so."""
    if context.vend_role_arn is None:
        return False
    principal = statement.get("Principal")
    principals = _texts(principal.get("AWS")) if isinstance(principal, dict) and set(principal) == {"AWS"} else []
    return principals == [context.vend_role_arn] or _principal_arns(statement) == [context.vend_role_arn]


def _principal_arns(statement: Mapping[str, Any]) -> list[str]:
    """Give the ARNs a positive condition on `aws:PrincipalArn` allows; condition keys ignore case."""
    positive = ("ArnEquals", "ArnLike", "StringEquals", "StringLike")
    return [
        arn
        for operator, keys in statement.get("Condition", {}).items()
        if operator in positive
        for key, value in keys.items()
        if key.lower() == "aws:principalarn"
        for arn in _texts(value)
    ]


def _texts(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or [])


def _matches(action: str, pattern: str) -> bool:
    return fnmatchcase(action.lower(), pattern.lower())


_TRUST_RULES: Final = (
    a_trust_policy_fits,
    a_trust_policy_is_a_policy,
    a_protected_role_names_the_vend_role,
    a_protected_role_allows_all_three_actions,
    a_protected_role_trusts_nobody_else,
)
RULES: Rules = {
    ("iam", "CreateRole"): _TRUST_RULES,
    ("iam", "UpdateAssumeRolePolicy"): _TRUST_RULES,
    ("iam", "PutRolePolicy"): (an_inline_policy_fits, a_permissions_policy_is_a_policy),
    ("iam", "CreatePolicy"): (a_managed_policy_fits, a_permissions_policy_is_a_policy),
    ("iam", "CreatePolicyVersion"): (a_managed_policy_fits, a_permissions_policy_is_a_policy),
}
