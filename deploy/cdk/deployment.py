"""The names of a deployment in CloudFormation's pseudo parameters, from which every policy's ARNs are built."""

from aws_cdk import Aws

from deploy.policies.deployment import Deployment


def sentinel_deployment(
    name: str = "sentinel",
    account: str | None = None,
    *,
    parameter_prefix: str = "/sentinel",
    protected_path: str = "/sentinel/protected/",
) -> Deployment:
    """Return a deployment in the stack's own account, or in `account`, for protected roles of other accounts."""
    return Deployment.named(
        name,
        Aws.PARTITION,
        Aws.REGION,
        account or Aws.ACCOUNT_ID,
        parameter_prefix=parameter_prefix,
        protected_path=protected_path,
    )


def construct_name(words: str, suffix: str = "") -> str:
    """Join words in camel case: `policies/break-glass` and `Document` give `PoliciesBreakGlassDocument`.

    CloudFormation derives logical ids from such names, so they do not contain the deployment's name.
    """
    spaced = "".join(letter if letter.isalnum() else " " for letter in words)
    return "".join(word.capitalize() for word in spaced.split()) + suffix
