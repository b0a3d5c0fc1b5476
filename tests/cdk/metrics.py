"""The metrics the functions write of themselves, as they write them."""

import json
from datetime import UTC, datetime

from shared.edge.audit.line import AuditLine
from shared.edge.audit.metrics import metric_line


def written_metrics() -> set[str]:
    """Name every metric of a request in which everything happened that is counted."""
    at = datetime(2026, 11, 1, tzinfo=UTC)
    audit = AuditLine(time=at, service="admin", request_id="r", kill_switch="failed", follow_up_age_s=0)
    (definition,) = json.loads(metric_line(audit))["_aws"]["CloudWatchMetrics"]
    return {metric["Name"] for metric in definition["Metrics"]}
