"""Resource control policies: limits on access to member accounts' resources, for every principal.

Unlike service control policies they also bind principals outside the organization, the management account's principals
and AWS services. They do not bind service-linked roles or the resources of the management account (AWS Organizations
User Guide, "Resource control policies").
"""

from collections.abc import Sequence
from typing import Final

from deploy.policies.deployment import Deployment, Policy, Statement, deny, policy
from deploy.policies.service_control import only_vend_stamps
from shared.core.stamp import PREFIX

# Every way to a role's credentials. Sign-in by SAML or OpenID has no `aws:PrincipalArn`, so the denial applies.
_BECOME: Final = ("sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity")
_HOLD_DATA: Final = ("kms:*", "s3:*", "secretsmanager:*", "sqs:*")


def guard_roles(deployment: Deployment, organization: str) -> Policy:
    """Deny protected roles to every principal except the vend Lambda, and to every AWS service.

    A stamp from outside `organization` was not set by its vend Lambda. AWS services act without a source identity of
    their own, and with the organization of the principal they act for.
    """
    vend, admin = deployment.vend_role_arn, deployment.role_arn(deployment.admin_role)
    return _for_anyone(
        deny("OnlyVendBecomesProtected", _BECOME, deployment.protected_roles, only=[vend]),
        deny("OnlyAdminBecomesRevoker", _BECOME, deployment.kill_switch_roles, only=[admin]),
        deny(
            "OnlyLambdaBecomesSentinel",
            _BECOME,
            deployment.execution_role_arns,
            BoolIfExists={"aws:PrincipalIsAWSService": "false"},
        ),
        only_vend_stamps(deployment),
        deny(
            "NoStampFromOutside",
            ("sts:*", *_HOLD_DATA),
            "*",
            StringLike={"aws:SourceIdentity": f"{PREFIX}-*"},
            StringNotEquals={"aws:PrincipalOrgID": organization},
        ),
    )


def keep_data_inside(organization: str, partners: Sequence[str] = ()) -> Policy:
    """Deny data to principals outside the organization, regardless of a bucket's or a key's own policy.

    `partners` are outside accounts that are allowed. Anonymous requests have neither key, and are denied.
    """
    keys: dict[str, object] = {"aws:PrincipalOrgID": organization}
    if partners:
        keys["aws:PrincipalAccount"] = list(partners)
    return _for_anyone(
        deny(
            "OnlyTheOrganization",
            _HOLD_DATA,
            "*",
            StringNotEqualsIfExists=keys,
            BoolIfExists={"aws:PrincipalIsAWSService": "false"},
        ),
    )


def _for_anyone(*statements: Statement) -> Policy:
    """Add the principal that every statement of a resource control policy must name: all principals."""
    return policy(*({"Sid": each["Sid"], "Effect": each["Effect"], "Principal": "*", **each} for each in statements))
