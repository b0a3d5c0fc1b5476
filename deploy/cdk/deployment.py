"""The names of a deployment in CloudFormation's pseudo parameters, from which every policy's ARNs are built."""

from aws_cdk import Aws

from deploy.cdk.tables import table_name
from deploy.policies.deployment import Deployment
from shared.core.switch_guards import switch_name


def sentinel_deployment(
    name: str = "sentinel",
    account: str | None = None,
    *,
    parameter_prefix: str = "/sentinel",
    protected_path: str = "/sentinel/protected/",
) -> Deployment:
    """Return a deployment in the stack's own account, or in `account`, for protected roles of other accounts."""
    return Deployment(
        partition=Aws.PARTITION,
        region=Aws.REGION,
        account=account or Aws.ACCOUNT_ID,
        session_table=table_name("session", name),
        grant_table=table_name("grant", name),
        budget_table=table_name("budget", name),
        parameter_prefix=parameter_prefix,
        vend_role=f"{name}-vend",
        admin_role=f"{name}-admin",
        topic=f"{name}-events",
        name=name,
        protected_path=protected_path,
        kill_switch=switch_name(name),
    )


def construct_name(words: str, suffix: str = "") -> str:
    """Join words in camel case: `policies/break-glass` and `Document` give `PoliciesBreakGlassDocument`.

    CloudFormation derives logical ids from such names, so they do not contain the deployment's name.
    """
    spaced = "".join(letter if letter.isalnum() else " " for letter in words)
    return "".join(word.capitalize() for word in spaced.split()) + suffix
