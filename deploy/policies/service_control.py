"""Service control policies: what no principal of a member account may do, whatever its own policies say.

They grant nothing, and bind neither the management account, nor service-linked roles, nor anyone outside the
organization (AWS Organizations User Guide, "Service control policies"). docs/guardrails.md says how to roll them out.
"""

from typing import Final

from deploy.policies.place import Place, Policy, Statement, deny, policy
from deploy.policies.spared import Spared
from shared.core.kill_switch import POLICY_NAME, ROLE_NAME
from shared.core.stamp import PREFIX

# Everything that changes who may become a role, what it may do, or what takes that away; and running a service as it.
_CHANGE_A_ROLE: Final = (
    "iam:AttachRolePolicy",
    "iam:CreateRole",
    "iam:DeleteRole",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PassRole",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:TagRole",
    "iam:UntagRole",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateRole",
    "iam:UpdateRoleDescription",
)
_CHANGE_A_POLICY: Final = (
    "iam:CreatePolicy",
    "iam:CreatePolicyVersion",
    "iam:DeletePolicy",
    "iam:DeletePolicyVersion",
    "iam:SetDefaultPolicyVersion",
)
_MAKE_KEYS: Final = (
    "iam:CreateAccessKey",
    "iam:CreateLoginProfile",
    "iam:CreateServiceSpecificCredential",
    "iam:CreateUser",
    "sts:GetFederationToken",
)
# Asking Sentinel. GetCallerIdentity cannot be denied; naming it says that it is meant.
_ASK_SENTINEL: Final = ("execute-api:Invoke", "sts:GetCallerIdentity")


def protect_roles(place: Place, spared: Spared) -> Policy:
    """Let nobody but Sentinel into protected roles, and nobody but the spared change them. For every account."""
    return policy(*_become(place), *_act(place), *_change(place, spared))


def _become(place: Place) -> list[Statement]:
    return [
        deny("OnlyVendBecomesProtected", "sts:AssumeRole", place.protected_roles, only=[place.vend_role_arn]),
        deny("OnlyAdminBecomesRevoker", "sts:AssumeRole", _revoker(place), only=[place.role_arn(place.admin_role)]),
        # Lambda does, and as a service principal it is bound by no service control policy.
        deny("NobodyBecomesSentinel", "sts:AssumeRole", place.execution_role_arns),
        # A session that has a stamp takes it along when it assumes another role, and is let.
        deny(
            "OnlyVendStamps",
            "sts:SetSourceIdentity",
            "*",
            only=[place.vend_role_arn],
            StringLike={"sts:SourceIdentity": f"{PREFIX}-*"},
            Null={"aws:SourceIdentity": "true"},
        ),
    ]


def _act(place: Place) -> list[Statement]:
    """Bind what a protected role does and is handed to. A negated operator holds where its key is absent."""
    return [
        deny(
            "ProtectedActsStamped",
            "*",
            "*",
            ArnLike={"aws:PrincipalArn": place.protected_roles},
            StringNotLike={"aws:SourceIdentity": f"{PREFIX}-*"},
        ),
        deny("NobodyPassesProtected", "iam:PassRole", place.protected_roles),
    ]


def _change(place: Place, spared: Spared) -> list[Statement]:
    switch = f"arn:{place.partition}:iam::*:policy/{POLICY_NAME}"
    keepers = [*spared.role_arns, place.role_arn(place.admin_role), _revoker(place)]
    # Whoever could make or change a role of a spared name would be spared.
    roles = [place.protected_roles, _revoker(place), *place.execution_role_arns, *spared.role_arns]
    return [
        deny("OnlySparedChangeRoles", _CHANGE_A_ROLE, roles, unlike=spared.role_arns),
        deny("OnlySentinelWritesSwitch", _CHANGE_A_POLICY, switch, unlike=keepers),
        # The spared too: without the boundary a revocation does not reach a session that lives.
        deny(
            "ProtectedKeepSwitch",
            ["iam:CreateRole", "iam:PutRolePermissionsBoundary"],
            place.protected_roles,
            StringNotLike={"iam:PermissionsBoundary": switch},
        ),
    ]


def refuse_lasting_keys(spared: Spared) -> Policy:
    """Let nobody make IAM users, keys or federation tokens, which no revocation reaches. For every account."""
    return policy(deny("NoLastingKeys", _MAKE_KEYS, "*", unlike=spared.role_arns))


def leave_people_sentinel(spared: Spared) -> Policy:
    """Leave a permission set nothing but asking Sentinel, save the operators'. For accounts people use through it.

    Their password and devices people keep in the access portal, which asks no permission of the account.
    """
    statement: Statement = {
        "Sid": "PeopleAskSentinel",
        "Effect": "Deny",
        "NotAction": list(_ASK_SENTINEL),
        "Resource": "*",
        "Condition": {"ArnLike": {"aws:PrincipalArn": spared.people}},
    }
    if spared.operators:
        statement["Condition"] = {
            "ArnLike": {"aws:PrincipalArn": spared.people},
            "ArnNotLike": {"aws:PrincipalArn": spared.operator_arns},
        }
    return policy(statement)


def _revoker(place: Place) -> str:
    return f"arn:{place.partition}:iam::*:role/{ROLE_NAME}"
