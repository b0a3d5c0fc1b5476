"""The audit line of an invocation, and the metrics that CloudWatch reads from the log.

A metric line follows the audit line in the embedded metric format (CloudWatch guide, "Specification: Embedded metric
format"): no daemon and no call.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Final, TextIO

import orjson

from shared.clock import monotonic_s
from shared.core.switch_guards import DEPLOYMENT
from shared.edge.error_codes import Code
from shared.edge.traces import subsegment

KIND: Final = "sentinel.audit"
# Text that a caller chose is cut to this length, so that a log service takes the whole line (CloudWatch: 1 MB).
MAX_CALLER_TEXT: Final = 512


@dataclass(slots=True)
class AuditLine:
    """Everything known about one request. Durations are seconds, `steps` milliseconds, instants UTC."""

    time: datetime
    service: str
    request_id: str
    deployment: str | None = None
    outcome: str = "failed"  # issued | allowed | answered | refused | failed
    code: str | None = None
    detail: str | None = None
    api_id: str | None = None
    operation: str | None = None
    user: str | None = None
    caller_kind: str | None = None
    caller_arn: str | None = None
    caller_access_key_id: str | None = None
    account: str | None = None
    chat_team: str | None = None
    chat_channel: str | None = None
    chat_user: str | None = None
    authentication: str | None = None
    issuer: str | None = None
    subject: str | None = None
    token_digest: str | None = None
    claims: Mapping[str, str] = field(default_factory=dict)
    groups: Sequence[str] = ()
    group: str | None = None
    members: int | None = None
    groups_age_s: int | None = None
    follow_up: Mapping[str, int] = field(default_factory=dict)
    follow_up_age_s: int | None = None
    source_ip: str | None = None
    user_agent: str | None = None
    profile: str | None = None
    role_arn: str | None = None
    session_id: str | None = None
    stamp: str | None = None
    access_key_id: str | None = None
    via: str | None = None
    grant_id: str | None = None
    grant_status: str | None = None
    grant_user: str | None = None
    extends: str | None = None
    extensions_ended: Sequence[str] = ()
    session_user: str | None = None
    ticket_lookup: str | None = None
    ticket_state: str | None = None
    target: str | None = None
    marked: int | None = None
    kill_switch: str | None = None
    kill_switch_failures: Mapping[str, str] = field(default_factory=dict)
    kill_switch_uncovered: Sequence[str] = ()
    rule: str | None = None
    policy_version: str | None = None
    duration_asked_s: int | None = None
    duration_given_s: int | None = None
    token_use_percent: int | None = None
    warning: str | None = None
    expires_at: datetime | None = None
    dissenting_shadows: Sequence[str] = ()
    document_ages_s: dict[str, float] = field(default_factory=dict)
    stale_documents: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    dependency: str | None = None
    session_row: str | None = None
    notified: Mapping[str, bool] | None = None
    not_notified_because: Mapping[str, str] | None = None
    steps: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure a step, for the trace as well, whether it succeeds or fails; one that is tried again adds up."""
        started = monotonic_s()
        try:
            with subsegment(name):
                yield
        finally:
            self.steps[name] = round(self.steps.get(name, 0) + (monotonic_s() - started) * 1000, 3)

    def render(self) -> bytes:
        """Render the line as JSON without unknown fields; one line, ASCII control characters escaped."""
        known: dict[str, Any] = {"kind": KIND}
        for name in _NAMES:
            value = getattr(self, name)
            if isinstance(value, str):
                known[name] = _clean(value)
            elif value is not None and value not in _EMPTY:
                known[name] = value
        return orjson.dumps(known, option=orjson.OPT_UTC_Z)


def _clean(text: str) -> str:
    """Cut text that a caller chose, and replace lone surrogates, which UTF-8 cannot encode."""
    cut = text[:MAX_CALLER_TEXT]
    return cut if cut.isascii() else cut.encode("utf-8", "replace").decode()


_NAMES: Final = tuple(each.name for each in fields(AuditLine))
_EMPTY: Final[tuple[object, ...]] = ((), [], {})


class AuditError(Exception):
    """The audit line could not be written, so the request must not succeed."""


def write_lines(stream: TextIO, lines: Sequence[bytes]) -> None:
    """Write whole lines and flush them.

    Raises:
        AuditError: the lines could not be written.

    """
    text = "".join(f"{line.decode()}\n" for line in lines)
    try:
        stream.write(text)
        stream.flush()
    except (OSError, ValueError) as error:
        raise AuditError(f"the audit line could not be written: {type(error).__name__}") from error


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
