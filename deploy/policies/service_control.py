"""Service control policies: limits on every principal of a member account, regardless of its own policies.

They grant nothing. They do not bind the management account, service-linked roles or principals outside the
organization (AWS Organizations User Guide, "Service control policies"). docs/guardrails.md says how to roll them out.
"""

from typing import Final

from deploy.policies.deployment import Deployment, Policy, Statement, deny, deny_rest, policy
from deploy.policies.exemptions import Exemptions
from shared.core.stamp import PREFIX
from shared.core.switch_guards import LASTING_ACTIONS

# Every action on a role except reading and assuming it: the others change who may assume it, its permissions or its
# boundary, or run a service as it.
_ASK_ABOUT: Final = ("iam:Generate*", "iam:Get*", "iam:List*")
USE_A_ROLE: Final = (*_ASK_ABOUT, "iam:Simulate*", "sts:*")
# Further ways for a vended session to create lasting access. Other principals need these actions in their daily work.
_LEAVE_A_DOOR: Final = (
    # A role that trusts another principal, or that a workload runs as.
    "iam:AddRoleToInstanceProfile",
    "iam:CreateInstanceProfile",
    "iam:CreateRole",
    "iam:UpdateAssumeRolePolicy",
    # More permissions, or less security, for a user whose key is known.
    "iam:AddUserToGroup",
    "iam:AttachGroupPolicy",
    "iam:AttachUserPolicy",
    "iam:CreateVirtualMFADevice",
    "iam:DeactivateMFADevice",
    "iam:DeleteGroupPolicy",
    "iam:DeleteUserPermissionsBoundary",
    "iam:DeleteUserPolicy",
    "iam:DetachGroupPolicy",
    "iam:DetachUserPolicy",
    "iam:EnableMFADevice",
    "iam:PutGroupPolicy",
    "iam:PutUserPermissionsBoundary",
    "iam:PutUserPolicy",
    "iam:RemoveUserFromGroup",
    "iam:ResyncMFADevice",
    # Outside machines and devices that get a role's credentials by a certificate or a registration.
    "iot:CreateRoleAlias",
    "iot:UpdateRoleAlias",
    "ssm:CreateActivation",
    "ssm:UpdateManagedInstance*",
    # Anyone, as an identity of a pool.
    "cognito-identity:SetIdentityPoolRoles",
    # Users and their assignments, in an account that administers Identity Center.
    "identitystore:Create*",
    "identitystore:Update*",
    "sso-directory:Add*",
    "sso-directory:Complete*",
    "sso-directory:Create*",
    "sso-directory:Enable*",
    "sso-directory:Import*",
    "sso-directory:Update*",
    "sso:Associate*",
    "sso:Attach*",
    "sso:Create*",
    "sso:ProvisionPermissionSet",
    "sso:Put*",
    "sso:Update*",
)
_OPEN_A_URL: Final = ("lambda:AddPermission", "lambda:CreateFunctionUrlConfig", "lambda:UpdateFunctionUrlConfig")
_LOOK_AT_STACKS: Final = (
    "cloudformation:Describe*",
    "cloudformation:Detect*",
    "cloudformation:Get*",
    "cloudformation:List*",
)
# Calling Sentinel. GetCallerIdentity cannot be denied; it is listed to show that it is intended.
_STAMPED: Final = {"aws:SourceIdentity": f"{PREFIX}-*"}
_ASK_SENTINEL: Final = ("execute-api:Invoke", "sts:GetCallerIdentity")


def protect_roles(deployment: Deployment, exempt: Exemptions) -> Policy:
    """Allow only Sentinel to assume protected roles, and only exempt roles to change them. For every account."""
    # An account that leaves the organization is no longer bound by these policies.
    stay = deny("NoLeaving", "organizations:LeaveOrganization", "*")
    return policy(*_become(deployment), *_act(deployment), *_change(deployment, exempt), stay)


def _become(deployment: Deployment) -> list[Statement]:
    admin = deployment.role_arn(deployment.admin_role)
    return [
        deny("OnlyVendBecomesProtected", "sts:AssumeRole", deployment.protected_roles, only=[deployment.vend_role_arn]),
        deny("OnlyAdminBecomesRevoker", "sts:AssumeRole", deployment.kill_switch_roles, only=[admin]),
        # Lambda assumes them as a service principal, which service control policies do not bind.
        deny("NoRoleBecomesSentinel", "sts:AssumeRole", deployment.execution_role_arns),
        only_vend_stamps(deployment),
    ]


def only_vend_stamps(deployment: Deployment) -> Statement:
    """Deny setting a stamp to all but vend. A session with one passes it on to roles it assumes, and is allowed."""
    return deny(
        "OnlyVendStamps",
        "sts:SetSourceIdentity",
        "*",
        only=[deployment.vend_role_arn],
        StringLike={"sts:SourceIdentity": f"{PREFIX}-*"},
        Null={"aws:SourceIdentity": "true"},
    )


def _act(deployment: Deployment) -> list[Statement]:
    """Restrict what a protected role does and is passed to. A negated operator matches if its key is absent."""
    return [
        deny(
            "ProtectedActsStamped",
            "*",
            "*",
            ArnLike={"aws:PrincipalArn": deployment.protected_roles},
            StringNotLike={"aws:SourceIdentity": f"{PREFIX}-*"},
        ),
        deny("NoPassOfProtected", "iam:PassRole", deployment.protected_roles),
    ]


def _change(deployment: Deployment, exempt: Exemptions) -> list[Statement]:
    switch = deployment.kill_switch_policy_in("*")
    keepers = [*exempt.role_arns, deployment.role_arn(deployment.admin_role), deployment.kill_switch_roles]
    # A principal that could create or change a role of an exempt name would be exempt itself.
    roles = [
        deployment.protected_roles,
        deployment.kill_switch_roles,
        *deployment.execution_role_arns,
        *exempt.role_arns,
    ]
    return [
        deny_rest("OnlyExemptChangeRoles", USE_A_ROLE, roles, unlike=exempt.role_arns),
        deny_rest("OnlySentinelWritesSwitch", _ASK_ABOUT, switch, unlike=keepers),
        *_stacks(exempt),
        # For exempt roles too: without the boundary, a revocation does not reach an active session.
        deny(
            "ProtectedKeepSwitch",
            ["iam:CreateRole", "iam:PutRolePermissionsBoundary"],
            deployment.protected_roles,
            # Compared as ARNs, part by part: in a string comparison, a path could imitate the rest of the ARN.
            ArnNotLike={"iam:PermissionsBoundary": switch},
        ),
    ]


def _stacks(exempt: Exemptions) -> list[Statement]:
    """Protect the stacks of exempt roles: a principal that updates a stack acts as its role, without iam:PassRole.

    CloudFormation User Guide, "CloudFormation service role".
    """
    stacks = [f"arn:{exempt.partition}:cloudformation:*:*:stack/{name}/*" for name in exempt.stacks]
    return [deny_rest("OnlyExemptChangeStacks", _LOOK_AT_STACKS, stacks, unlike=exempt.role_arns)] if stacks else []


def refuse_lasting_keys(exempt: Exemptions) -> Policy:
    """Deny lasting access that no revocation reaches, to vended sessions in every form. For every account."""
    return policy(
        deny("NoLastingKeys", LASTING_ACTIONS, "*", unlike=exempt.role_arns),
        deny(
            "VendedLeaveNoDoor",
            _LEAVE_A_DOOR,
            "*",
            unlike=exempt.role_arns,
            StringLike=_STAMPED,
        ),
        # A function URL without IAM authorization lets any caller act as the function.
        deny(
            "VendedOpenNoUrl",
            _OPEN_A_URL,
            "*",
            unlike=exempt.role_arns,
            StringLike=_STAMPED,
            StringEquals={"lambda:FunctionUrlAuthType": "NONE"},
        ),
    )


def restrict_people_to_sentinel(exempt: Exemptions) -> Policy:
    """Restrict every permission set except the operators' to calling Sentinel. For accounts people use through it.

    People still manage their password and devices in the access portal, which needs no permission of the account.
    """
    people = {"aws:PrincipalArn": exempt.people}
    return policy(deny_rest("PeopleAskSentinel", _ASK_SENTINEL, "*", unlike=exempt.operator_arns, ArnLike=people))
