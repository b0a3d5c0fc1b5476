"""What IAM refuses and emulators accept, and the central rule: a protected role trusts the vend role only.

Sizes: IAM User Guide, "IAM and AWS STS quotas"; white space is not counted.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from deploy.local.strict.context import AwsRequest, StrictContext, rule
from sentinel.doctor.trust import Trust, read_trust, statements_of

_TRUST_MAXIMUM: Final = 2048
_INLINE_MAXIMUM: Final = 10_240
_MANAGED_MAXIMUM: Final = 6_144
_VERSIONS: Final = ("2012-10-17", "2008-10-17")


@rule("iam", "CreateRole", "UpdateAssumeRolePolicy")
def a_trust_policy_fits(request: AwsRequest, _: StrictContext) -> str | None:
    return _complaint_over(_trust_text(request), _TRUST_MAXIMUM)


@rule("iam", "PutRolePolicy")
def an_inline_policy_fits(request: AwsRequest, _: StrictContext) -> str | None:
    return _complaint_over(request.params["PolicyDocument"], _INLINE_MAXIMUM)


@rule("iam", "CreatePolicy", "CreatePolicyVersion")
def a_managed_policy_fits(request: AwsRequest, _: StrictContext) -> str | None:
    return _complaint_over(request.params["PolicyDocument"], _MANAGED_MAXIMUM)


@rule("iam", "CreateRole", "UpdateAssumeRolePolicy")
def a_trust_policy_is_a_policy(request: AwsRequest, _: StrictContext) -> str | None:
    statements = list(_statements(_trust_text(request)))
    if not statements or not all("Principal" in s and "Action" in s and "Resource" not in s for s in statements):
        return "a trust policy is JSON whose every statement has a Principal and an Action, and no Resource"
    return None


@rule("iam", "PutRolePolicy", "CreatePolicy", "CreatePolicyVersion")
def a_permissions_policy_is_a_policy(request: AwsRequest, _: StrictContext) -> str | None:
    statements = list(_statements(request.params["PolicyDocument"]))
    if not statements or any("Principal" in statement for statement in statements):
        return "a permissions policy is JSON with statements, none of which has a Principal"
    return None


@rule("iam", "CreateRole", "UpdateAssumeRolePolicy")
def a_protected_role_names_the_vend_role(request: AwsRequest, context: StrictContext) -> str | None:
    if request.params["RoleName"] not in context.protected_roles:
        return None
    return None if _trust(request, context).ours else "a protected role's trust policy must name the vend role"


@rule("iam", "CreateRole", "UpdateAssumeRolePolicy")
def a_protected_role_allows_all_three_actions(request: AwsRequest, context: StrictContext) -> str | None:
    missing = _trust(request, context).missing_actions if _is_protected(request, context) else []
    return f"the trust policy does not allow the vend role {missing[0]}" if missing else None


@rule("iam", "CreateRole", "UpdateAssumeRolePolicy")
def a_protected_role_trusts_only_the_vend_role(request: AwsRequest, context: StrictContext) -> str | None:
    others = _trust(request, context).others if _is_protected(request, context) else []
    return "a protected role's trust policy allows someone who is not the vend role" if others else None


def _trust(request: AwsRequest, context: StrictContext) -> Trust:
    return read_trust({"Statement": list(_statements(_trust_text(request)))}, context.vend_role_arn)


def _trust_text(request: AwsRequest) -> str:
    return str(request.params.get("AssumeRolePolicyDocument", request.params.get("PolicyDocument", "")))


def _complaint_over(text: str, maximum: int) -> str | None:
    size = len("".join(text.split()))
    return f"the policy has {size} characters without white space, over {maximum}" if size > maximum else None


def _statements(text: str) -> Iterator[Mapping[str, Any]]:
    """Yield a policy's statements; none for a text that is not a policy."""
    try:
        policy = json.loads(text)
    except ValueError:
        return
    if not isinstance(policy, dict) or policy.get("Version", _VERSIONS[1]) not in _VERSIONS:
        return
    for statement in statements_of(policy):
        if statement.get("Effect") in ("Allow", "Deny"):
            yield statement


def _is_protected(request: AwsRequest, context: StrictContext) -> bool:
    """Whether a role is protected: it is listed, or anything in its trust policy names the vend role."""
    return request.params["RoleName"] in context.protected_roles or bool(_trust(request, context).ours)
