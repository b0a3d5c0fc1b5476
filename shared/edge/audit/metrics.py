"""The metrics of an invocation, which CloudWatch reads from the log: no daemon and no call.

A metric line follows the audit line in the embedded metric format (CloudWatch guide, "Specification: Embedded metric
format").
"""

from typing import Final

import orjson

from shared.core.switch_guards import DEPLOYMENT
from shared.edge.audit.line import AuditLine
from shared.edge.error_codes import Code

NAMESPACE: Final = "Sentinel"
_UNITS: Final = {"ms": "Milliseconds", "s": "Seconds"}
# The first distinguishes the alarms of two deployments in one account and region.
_DIMENSIONS: Final = [["deployment", "service"], ["deployment", "service", "outcome", "code"]]


def metric_line(audit: AuditLine) -> bytes:
    """Count one request by deployment, service, outcome and code, with its steps in milliseconds, its stale documents,
    whether AWS throttled it, how many rows a list left out and, where the kill switch was to be written, the accounts
    in which that failed and the users for whom it had no room. A sync of groups has the age of what was synchronized, a
    follow-up the age of the last complete one and the number of rows that failed.
    """
    values: dict[str, float] = {
        "requests": 1,
        "stale_documents": len(audit.stale_documents),
        # A user over their own rate limit gets the same code, but no dependency throttled.
        "aws_throttles": int(audit.code == Code.THROTTLED and audit.dependency is not None),
        **({"unreadable_rows": len(audit.unreadable)} if audit.unreadable else {}),
        **({} if audit.kill_switch is None else {"kill_switch_failures": _failures(audit)}),
        **({} if audit.groups_age_s is None else {"groups_age_s": audit.groups_age_s}),
        **({} if audit.follow_up_age_s is None else {"follow_up_age_s": audit.follow_up_age_s}),
        **({"follow_up_failed": audit.follow_up["failed"]} if audit.follow_up else {}),
        **{f"{name}_ms": elapsed for name, elapsed in audit.steps.items()},
    }
    definitions = [{"Name": name, "Unit": _UNITS.get(name.rpartition("_")[2], "Count")} for name in values]
    return orjson.dumps(
        {
            "_aws": {
                "Timestamp": int(audit.time.timestamp() * 1000),
                "CloudWatchMetrics": [
                    {"Namespace": NAMESPACE, "Dimensions": _DIMENSIONS, "Metrics": definitions},
                ],
            },
            "deployment": audit.deployment or DEPLOYMENT,
            "service": audit.service,
            "outcome": audit.outcome,
            "code": audit.code or "none",
            **values,
        },
    )


def _failures(audit: AuditLine) -> int:
    return len(audit.kill_switch_failures) + len(audit.kill_switch_uncovered)
