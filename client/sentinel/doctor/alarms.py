"""The alarms a deployment needs, identified by the metric they watch, not by name."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from sentinel.doctor.aws import Aws
from sentinel.doctor.deployment import Known
from sentinel.doctor.findings import Finding, fail, unless, warn

# A test compares the metrics with those the Lambdas write.
NAMESPACE: Final = "Sentinel"
METRICS: Final[dict[str, str]] = {
    "kill_switch_failures": "a revocation that does not reach live credentials",
    "stale_documents": "documents that cannot be read any more",
    "follow_up_age_s": "reminders, warnings and notices of what has expired that stop",
}
# Written by each sync, where the deployment has one.
SYNC_METRICS: Final[dict[str, str]] = {"groups_age_s": "memberships in groups that are no longer refreshed"}


async def check_alarms(aws: Aws, known: Known) -> list[Finding]:
    """Check for an alarm with an action on each metric of this deployment and on the errors of each function."""
    about = "alarms"
    found = await aws.all("cloudwatch", "describe_alarms", "MetricAlarms") or []
    needed: list[tuple[str, str, str, str]] = [
        (NAMESPACE, metric, known.deployment, words)
        for metric, words in (METRICS | SYNC_METRICS if known.syncs_groups else METRICS).items()
    ]
    needed += [
        ("AWS/Lambda", "Errors", name, f"errors of {name}") for name in (known.vend, known.admin, *known.authorizers)
    ]
    problems = [
        problem
        for namespace, metric, whose, words in needed
        for problem in _watch(about, _matching(found, namespace, metric, whose), words, f"{namespace} {metric}")
    ]
    return unless(problems, about, f"{len(needed)} metrics that need an alarm have one with an action")


def _matching(
    alarms: Iterable[Mapping[str, Any]], namespace: str, metric: str, whose: str
) -> Sequence[Mapping[str, Any]]:
    return [
        alarm
        for alarm in alarms
        if alarm.get("Namespace") == namespace
        and alarm.get("MetricName") == metric
        and whose in (dimension["Value"] for dimension in alarm.get("Dimensions", ()))
    ]


def _watch(about: str, alarms: Sequence[Mapping[str, Any]], words: str, metric: str) -> Iterator[Finding]:
    if not alarms:
        yield fail(about, f"no alarm on {words}", f"make an alarm on {metric}, as deploy/ does")
    elif not any(alarm.get("AlarmActions") and alarm.get("ActionsEnabled", True) for alarm in alarms):
        yield warn(
            about, f"the alarm on {words} has no action", f"give {alarms[0]['AlarmName']} an action, such as a topic"
        )
