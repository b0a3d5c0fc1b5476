"""Service control policies: what no principal of a member account may do, whatever its own policies say.

They grant nothing, and bind neither the management account, nor service-linked roles, nor anyone outside the
organization (AWS Organizations User Guide, "Service control policies"). docs/guardrails.md says how to roll them out.
"""

from typing import Final

from deploy.policies.place import Place, Policy, Statement, deny, deny_rest, policy
from deploy.policies.spared import Spared
from shared.core.stamp import PREFIX
from shared.core.switch_guards import LASTING_ACTIONS

# All that may be done with a role but asking about it and assuming it: the rest changes who may become it, what it may
# do, or what takes that away, or runs a service as it.
_ASK_ABOUT: Final = ("iam:Generate*", "iam:Get*", "iam:List*")
_USE_A_ROLE: Final = (*_ASK_ABOUT, "iam:Simulate*", "sts:*")
# What else a vended session could leave behind to come back by. Others do these things in their daily work.
_LEAVE_A_DOOR: Final = (
    # A role that trusts another principal, or hands a session to whatever runs as it.
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
    # Machines and devices outside that get a role's credentials by a certificate or a registration of their own.
    "iot:CreateRoleAlias",
    "iot:UpdateRoleAlias",
    "ssm:CreateActivation",
    "ssm:UpdateManagedInstance*",
    # Anybody at all, as an identity of a pool.
    "cognito-identity:SetIdentityPoolRoles",
    # People and what they are assigned, in an account that looks after Identity Center.
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
# Asking Sentinel. GetCallerIdentity cannot be denied; naming it says that it is meant.
_STAMPED: Final = {"aws:SourceIdentity": f"{PREFIX}-*"}
_ASK_SENTINEL: Final = ("execute-api:Invoke", "sts:GetCallerIdentity")


def protect_roles(place: Place, spared: Spared) -> Policy:
    """Let nobody but Sentinel into protected roles, and nobody but the spared change them. For every account."""
    # An account that leaves the organization leaves these policies behind.
    stay = deny("NoLeaving", "organizations:LeaveOrganization", "*")
    return policy(*_become(place), *_act(place), *_change(place, spared), stay)


def _become(place: Place) -> list[Statement]:
    admin = place.role_arn(place.admin_role)
    return [
        deny("OnlyVendBecomesProtected", "sts:AssumeRole", place.protected_roles, only=[place.vend_role_arn]),
        deny("OnlyAdminBecomesRevoker", "sts:AssumeRole", place.kill_switch_roles, only=[admin]),
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
    switch = place.kill_switch_policy_in("*")
    keepers = [*spared.role_arns, place.role_arn(place.admin_role), place.kill_switch_roles]
    # Whoever could make or change a role of a spared name would be spared.
    roles = [place.protected_roles, place.kill_switch_roles, *place.execution_role_arns, *spared.role_arns]
    return [
        deny_rest("OnlySparedChangeRoles", _USE_A_ROLE, roles, unlike=spared.role_arns),
        deny_rest("OnlySentinelWritesSwitch", _ASK_ABOUT, switch, unlike=keepers),
        *_stacks(spared),
        # The spared too: without the boundary a revocation does not reach a session that lives.
        deny(
            "ProtectedKeepSwitch",
            ["iam:CreateRole", "iam:PutRolePermissionsBoundary"],
            place.protected_roles,
            # Of an ARN each part is compared: as a string, a path could hold what looks like the rest.
            ArnNotLike={"iam:PermissionsBoundary": switch},
        ),
    ]


def _stacks(spared: Spared) -> list[Statement]:
    """Keep the stacks of spared roles: a principal that updates a stack acts as its role, without iam:PassRole.

    CloudFormation User Guide, "CloudFormation service role".
    """
    stacks = [f"arn:{spared.partition}:cloudformation:*:*:stack/{name}/*" for name in spared.stacks]
    return [deny_rest("OnlySparedChangeStacks", _LOOK_AT_STACKS, stacks, unlike=spared.role_arns)] if stacks else []


def refuse_lasting_keys(spared: Spared) -> Policy:
    """Deny ways in that no revocation reaches, and to vended sessions those they could leave. For every account."""
    return policy(
        deny("NoLastingKeys", LASTING_ACTIONS, "*", unlike=spared.role_arns),
        deny(
            "VendedLeaveNoDoor",
            _LEAVE_A_DOOR,
            "*",
            unlike=spared.role_arns,
            StringLike=_STAMPED,
        ),
        # A caller of a URL that asks for no signature acts as the function.
        deny(
            "VendedOpenNoUrl",
            _OPEN_A_URL,
            "*",
            unlike=spared.role_arns,
            StringLike=_STAMPED,
            StringEquals={"lambda:FunctionUrlAuthType": "NONE"},
        ),
    )


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
