"""The authorities that functions trust for calls to AWS: Amazon's, where AWS's endpoints use them, or the system's."""

from typing import Final

from aws_cdk import Aws, CfnCondition, Fn
from constructs import Construct

from deploy.packages.roots import PARTITIONS, ROOTS_PATH

VARIABLE: Final = "AWS_CA_BUNDLE"


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
