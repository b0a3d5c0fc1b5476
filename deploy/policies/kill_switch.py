"""Who may write the kill switch: the admin Lambda, directly in its own account and through a role in other accounts."""

from typing import Final

from deploy.policies.deployment import Deployment, Policy, Statement, policy

# Reading the policy, making a new version the default, and deleting the oldest version.
_ACTIONS: Final = (
    "iam:GetPolicy",
    "iam:GetPolicyVersion",
    "iam:ListPolicyVersions",
    "iam:CreatePolicyVersion",
    "iam:DeletePolicyVersion",
)


def kill_switch_statements(deployment: Deployment) -> list[Statement]:
    """Allow the admin Lambda to write the policy, and to assume the role that may write it in other accounts."""
    return [
        _write_the_policy(deployment.kill_switch_policy_arn),
        {
            "Sid": "ReachOtherAccounts",
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Resource": deployment.kill_switch_roles,
        },
    ]


def revocations_role_trust(deployment: Deployment) -> Policy:
    """Trust the admin role by its ARN. `deployment` is Sentinel's; the trusting role is in another account."""
    return policy(
        {
            "Sid": "OnlyTheAdminLambda",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:{deployment.partition}:iam::{deployment.account}:root"},
            "Action": "sts:AssumeRole",
            "Condition": {"ArnEquals": {"aws:PrincipalArn": deployment.role_arn(deployment.admin_role)}},
        },
    )


def revocations_role_policy(deployment: Deployment, account: str) -> Policy:
    """Allow the role to write its own account's policy only."""
    return policy(_write_the_policy(deployment.kill_switch_policy_in(account)))


def _write_the_policy(arn: str) -> Statement:
    return {"Sid": "WriteTheKillSwitch", "Effect": "Allow", "Action": list(_ACTIONS), "Resource": arn}
