"""The authorities that functions trust for calls to AWS: Amazon's, where AWS's endpoints use them, or the system's."""

from typing import Final

from aws_cdk import Aws, CfnCondition, Fn
from constructs import Construct

from deploy.packages.roots import PARTITIONS, ROOTS_PATH

VARIABLE: Final = "AWS_CA_BUNDLE"
# What every TLS context of a function trusts, those its HTTP library makes while it is imported too.
ALL_VARIABLE: Final = "SSL_CERT_FILE"


def trusted_authorities(scope: Construct, *, amazon_only: bool | None) -> dict[str, str]:
    """Return the variable that names the authorities in the zip; `None` decides by the stack's partition."""
    match amazon_only:
        case True:
            return {VARIABLE: ROOTS_PATH}
        case False:
            return {}
        case None:
            known = [Fn.condition_equals(Aws.PARTITION, partition) for partition in PARTITIONS]
            chained = CfnCondition(scope, "ChainsToAmazonRoots", expression=Fn.condition_or(*known))
            return {VARIABLE: Fn.condition_if(chained.logical_id, ROOTS_PATH, Aws.NO_VALUE).to_string()}


def trusted_by_all(trusted: dict[str, str]) -> dict[str, str]:
    """Give the variables of a function that calls AWS alone. Admin's webhooks go anywhere."""
    return {**trusted, ALL_VARIABLE: trusted[VARIABLE]} if trusted else {}
