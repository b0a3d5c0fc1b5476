"""The prefixes of services in IAM actions: those botocore knows, and those that have no API of their own."""

from functools import cache
from typing import Final

from botocore.loaders import Loader

# Service Authorization Reference: prefixes that are neither a service nor an endpoint of botocore's.
_WITHOUT_AN_API: Final = {
    "aws-marketplace", "aws-marketplace-management", "aws-portal", "backup-storage", "chime", "cloudshell",
    "codewhisperer", "consoleapp", "consolidatedbilling", "dataexchange", "deepcomposer", "ec2messages",
    "execute-api", "iq", "iq-permission", "kafka-cluster", "lex", "mobiletargeting", "neptune-db", "nimble", "one",
    "payments", "purchase-orders", "q", "qldb", "rds-db", "s3-object-lambda", "s3express", "sqlworkbench",
    "ssmmessages", "tag", "timestream", "ts", "user-subscriptions", "vendor-insights", "vpc-lattice-svcs",
    "wellarchitected", "workdocs",
}  # fmt: skip


@cache
def known_services() -> frozenset[str]:
    """Give every prefix this client knows. AWS may know newer ones, so one that is not here is a warning only."""
    loader = Loader()
    endpoints = loader.load_data("endpoints")
    served = {service for partition in endpoints["partitions"] for service in partition["services"]}
    return frozenset(_WITHOUT_AN_API | served).union(loader.list_available_services("service-2"))
