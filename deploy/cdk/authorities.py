"""Whom functions trust when they call AWS: Amazon's authorities where AWS's endpoints have them, or the system's."""

from typing import Final

from aws_cdk import Aws, CfnCondition, Fn
from constructs import Construct

from deploy.packages.roots import PARTITIONS, ROOTS_PATH

VARIABLE: Final = "AWS_CA_BUNDLE"


def trusted_authorities(scope: Construct, *, amazon_only: bool | None) -> dict[str, str]:
    """Give the variable that names the authorities in the zip; `None` leaves it to the partition of the stack."""
    match amazon_only:
        case True:
            return {VARIABLE: ROOTS_PATH}
        case False:
            return {}
        case None:
            known = [Fn.condition_equals(Aws.PARTITION, partition) for partition in PARTITIONS]
            chained = CfnCondition(scope, "ChainsToAmazonRoots", expression=Fn.condition_or(*known))
            return {VARIABLE: Fn.condition_if(chained.logical_id, ROOTS_PATH, Aws.NO_VALUE).to_string()}
