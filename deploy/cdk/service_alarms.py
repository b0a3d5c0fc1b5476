"""What the service says of itself, in the metric lines of its functions (shared/edge/metrics.py)."""

from typing import Final

from constructs import Construct

from deploy.cdk.alarms import AlarmDefinition, create_alarm
from deploy.cdk.options import ServiceOptions
from shared.edge.metrics import NAMESPACE

_STALE: Final = "Documents cannot be read: {} decides by the last good version, for a few minutes more"
_VEND_THROTTLED: Final = (
    "AWS throttles vending, most likely STS, whose quota is one an account and region. The audit line names what"
)
_AUTHORIZER_THROTTLED: Final = (
    "AWS throttles the authorizer, so requests to guarded APIs are refused. The audit line names what"
)
_SWITCH: Final = (
    "A revocation could not be written in some account: live credentials there still work. The audit line names it; "
    "`sentinel kill-switch sync` tries again"
)
# Key of the alarm, service, metric, and what it means.
SERVICE_METRICS: Final = (
    ("kill-switch-failed", "admin", "kill_switch_failures", _SWITCH),
    ("vend-stale-documents", "vend", "stale_documents", _STALE.format("vend")),
    ("admin-stale-documents", "admin", "stale_documents", _STALE.format("admin")),
    ("vend-aws-throttles", "vend", "aws_throttles", _VEND_THROTTLED),
    ("authorizer-aws-throttles", "authorizer", "aws_throttles", _AUTHORIZER_THROTTLED),
)


def service_alarms(scope: Construct, options: ServiceOptions) -> None:
    """Watch what only the service can tell."""
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
