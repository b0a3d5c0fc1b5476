"""Alarms on the service's own metrics, from the functions' metric lines (shared/edge/metrics.py)."""

from typing import Final

from constructs import Construct

from deploy.cdk.alarms import AlarmDefinition, create_alarm
from deploy.cdk.options import ServiceOptions
from shared.edge.metrics import NAMESPACE

_STALE: Final = "Documents cannot be read: {} uses the last good version for a few more minutes"
_VEND_THROTTLED: Final = (
    "AWS throttles vending, most likely STS, whose quota is per account and region. The audit line names the call"
)
_AUTHORIZER_THROTTLED: Final = (
    "AWS throttles the authorizer, so requests to guarded APIs are refused. The audit line names the call"
)
_SWITCH: Final = (
    "A revocation could not be written in an account: live credentials there still work. The audit line names it; "
    "`sentinel kill-switch sync` retries"
)
# Key of the alarm, service, metric, description.
SERVICE_METRICS: Final = (
    ("kill-switch-failed", "admin", "kill_switch_failures", _SWITCH),
    ("vend-stale-documents", "vend", "stale_documents", _STALE.format("vend")),
    ("admin-stale-documents", "admin", "stale_documents", _STALE.format("admin")),
    ("vend-aws-throttles", "vend", "aws_throttles", _VEND_THROTTLED),
    ("authorizer-aws-throttles", "authorizer", "aws_throttles", _AUTHORIZER_THROTTLED),
)


def service_alarms(scope: Construct, options: ServiceOptions) -> None:
    """Create the alarms on metrics that the service itself reports."""
    for key, service, metric, words in SERVICE_METRICS:
        create_alarm(
            scope,
            options.name,
            AlarmDefinition(
                key=key,
                words=words,
                namespace=NAMESPACE,
                metric=metric,
                dimensions={"deployment": options.name, "service": service},
            ),
            options,
        )
