"""The roles that Sentinel's own roles assume: protected roles, and those that write other accounts' kill switch."""

from typing import Final

from deploy.policies.deployment import Deployment, Policy, Statement, allow, policy, trust
from shared.core.stamp import PREFIX, TRANSITIVE_TAG_KEYS, TagKey

# Reading the policy, making a new version the default, and deleting the oldest version.
_WRITE_A_POLICY: Final = (
    "iam:GetPolicy",
    "iam:GetPolicyVersion",
    "iam:ListPolicyVersions",
    "iam:CreatePolicyVersion",
    "iam:DeletePolicyVersion",
)
_OUR_TAGS: Final = {f"aws:RequestTag/{TagKey.SESSION}": "?*", f"aws:RequestTag/{TagKey.USER}": "?*"}


def protected_trust(deployment: Deployment) -> Policy:
    """Trust the vend role by its ARN, and only under a stamp.

    The principal is the account, narrowed by `aws:PrincipalArn`: a role named as principal is stored by its unique id
    and stops matching without notice once it is recreated (IAM User Guide, "AWS JSON policy elements: Principal").
    Naming the account lets identity policies decide as well, so both sides must allow.
    """
    only_vend = {"ArnEquals": {"aws:PrincipalArn": deployment.vend_role_arn}}
    stamped = {"sts:SourceIdentity": f"{PREFIX}-*"}
    assumed = {**stamped, "sts:RoleSessionName": f"{PREFIX}-*", **_OUR_TAGS}
    root = deployment.root
    return policy(
        trust("OnlyTheVendLambdaAndOnlyStamped", root, "sts:AssumeRole", {**only_vend, "StringLike": assumed}),
        trust("StampTheSource", root, "sts:SetSourceIdentity", {**only_vend, "StringLike": stamped}),
        trust("TagTheSession", root, "sts:TagSession", {**only_vend, **only_our_tags()}),
    )


def only_our_tags() -> Statement:
    """Require exactly our session tags, and as transitive only those that must survive role chaining.

    ForAllValues also holds when the key is absent, so each is paired with Null (IAM User Guide, "Set operators").
    """
    return {
        "ForAllValues:StringEquals": {
            "aws:TagKeys": [str(key) for key in TagKey],
            "sts:TransitiveTagKeys": [str(key) for key in TRANSITIVE_TAG_KEYS],
        },
        "Null": {"aws:TagKeys": "false", "sts:TransitiveTagKeys": "false"},
        "StringLike": dict(_OUR_TAGS),
    }


def kill_switch_statements(deployment: Deployment) -> list[Statement]:
    """Allow the admin Lambda to write the policy, and to assume the role that may write it in other accounts."""
    return [
        _write_the_policy(deployment.kill_switch_policy_arn),
        allow("ReachOtherAccounts", "sts:AssumeRole", deployment.kill_switch_roles),
    ]


def admin_trust(deployment: Deployment) -> Policy:
    """Trust the admin role by its ARN. `deployment` is Sentinel's; the trusting role is in another account.

    The roles that write the kill switch and read Identity Center have this trust policy.
    """
    only_admin: Statement = {"ArnEquals": {"aws:PrincipalArn": deployment.role_arn(deployment.admin_role)}}
    return policy(trust("OnlyTheAdminLambda", deployment.root, "sts:AssumeRole", only_admin))


def revocations_role_policy(deployment: Deployment, account: str) -> Policy:
    """Allow the role to write its own account's policy only."""
    return policy(_write_the_policy(deployment.kill_switch_policy_in(account)))


def _write_the_policy(arn: str) -> Statement:
    return allow("WriteTheKillSwitch", _WRITE_A_POLICY, arn)
