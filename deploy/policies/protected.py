"""A protected role's trust policy: only the vend Lambda may assume it, and only under a stamp."""

from deploy.policies.deployment import Deployment, Policy, policy
from deploy.policies.execution import only_our_tags
from shared.core.stamp import PREFIX, TagKey


def protected_trust(deployment: Deployment) -> Policy:
    """Trust the vend role by its ARN.

    The principal is the account, narrowed by `aws:PrincipalArn`: a role named as principal is stored by its unique id
    and stops matching without notice once it is recreated (IAM User Guide, "AWS JSON policy elements: Principal").
    Naming the account lets identity policies decide as well, so both sides must allow.
    """
    principal = {"AWS": f"arn:{deployment.partition}:iam::{deployment.account}:root"}
    only_vend = {"ArnEquals": {"aws:PrincipalArn": deployment.vend_role_arn}}
    stamped = {"sts:SourceIdentity": f"{PREFIX}-*"}
    return policy(
        {
            "Sid": "OnlyTheVendLambdaAndOnlyStamped",
            "Effect": "Allow",
            "Principal": principal,
            "Action": "sts:AssumeRole",
            "Condition": {
                **only_vend,
                "StringLike": {
                    **stamped,
                    "sts:RoleSessionName": f"{PREFIX}-*",
                    f"aws:RequestTag/{TagKey.SESSION}": "?*",
                    f"aws:RequestTag/{TagKey.USER}": "?*",
                },
            },
        },
        {
            "Sid": "StampTheSource",
            "Effect": "Allow",
            "Principal": principal,
            "Action": "sts:SetSourceIdentity",
            "Condition": {**only_vend, "StringLike": stamped},
        },
        {
            "Sid": "TagTheSession",
            "Effect": "Allow",
            "Principal": principal,
            "Action": "sts:TagSession",
            "Condition": {**only_vend, **only_our_tags()},
        },
    )
