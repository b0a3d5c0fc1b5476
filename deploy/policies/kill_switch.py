"""Who may write the kill switch: the admin Lambda, itself in its own account and through a role in every other one."""

from typing import Final

from deploy.policies.place import Place, Policy, Statement, policy

# Reading what applies, and making another version of it the default at the cost of the oldest.
_ACTIONS: Final = (
    "iam:GetPolicy",
    "iam:GetPolicyVersion",
    "iam:ListPolicyVersions",
    "iam:CreatePolicyVersion",
    "iam:DeletePolicyVersion",
)


def kill_switch_statements(place: Place) -> list[Statement]:
    """Let the admin Lambda write the one policy, and become the role that may elsewhere."""
    return [
        _write_the_policy(place.kill_switch_policy_arn),
        {
            "Sid": "ReachOtherAccounts",
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Resource": place.kill_switch_roles,
        },
    ]


def revocations_role_trust(place: Place) -> Policy:
    """Trust the admin role by its ARN. `place` is where Sentinel is, the role is in another account."""
    return policy(
        {
            "Sid": "OnlyTheAdminLambda",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:{place.partition}:iam::{place.account}:root"},
            "Action": "sts:AssumeRole",
            "Condition": {"ArnEquals": {"aws:PrincipalArn": place.role_arn(place.admin_role)}},
        },
    )


def revocations_role_policy(place: Place, account: str) -> Policy:
    """Let the role write the policy of its own account, and nothing else."""
    return policy(_write_the_policy(place.kill_switch_policy_in(account)))


def _write_the_policy(arn: str) -> Statement:
    return {"Sid": "WriteTheKillSwitch", "Effect": "Allow", "Action": list(_ACTIONS), "Resource": arn}
