"""The report of the company's history, and lines of one's own."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import orjson

from sentinel.evidence.records import Unread
from sentinel.evidence.reporting.gather import Known, gather
from sentinel.evidence.reporting.tables import Report
from shared.documents import load_access_policy, load_profile
from tests.evidence.company import POLICY, PROFILES
from tests.evidence.history import BEGIN, END

KNOWN = Known(load_access_policy(POLICY), {name: load_profile(text) for name, text in PROFILES.items()})


def report_of(lines: Iterable[bytes], known: Known = KNOWN) -> Report:
    read = ((datetime.fromisoformat(fields["time"]), fields) for fields in map(orjson.loads, lines))
    return gather(read, BEGIN, END, "lines", known, Unread())


def issued(**fields: Any) -> Iterator[bytes]:
    """Write one line of a session that was issued."""
    line = {
        "kind": "sentinel.audit", "time": "2026-06-10T12:00:00Z", "service": "vend", "outcome": "issued",
        "operation": "GET /", "user": "alice", "profile": "dev-admin", "rule": "developers", "via": "direct",
    }  # fmt: skip
    yield orjson.dumps(line | fields)
