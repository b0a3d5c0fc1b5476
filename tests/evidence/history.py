"""Thirty days of a small company as audit lines, day by day. It is always the same, so its figures can be known.

June 2026 begins on a Monday. What happens is written as a timetable; rule, verdict and outcome of each request for
credentials are those of the real decision under `POLICY`. Each function process has a chain of its own.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson

from shared.core.stamp import Via
from shared.documents import load_access_policy
from tests.evidence.company import PIPELINE, POLICY
from tests.evidence.day import Day, grant, made_id

BEGIN: Final = datetime(2026, 6, 1, tzinfo=UTC)
DAYS: Final = 30
END: Final = BEGIN + timedelta(days=DAYS)
_GENESIS: Final = "0" * 64
_WEEKEND: Final = (5, 6)
_MONDAY: Final = 0


@dataclass
class _Chain:
    """A function process: the position in its chain, and the hash of its line before."""

    process: str
    sequence: int = 0
    previous: str = _GENESIS

    def append(self, line: Mapping[str, Any]) -> bytes:
        self.sequence += 1
        linked = {**line, "process": self.process, "sequence": self.sequence, "previous": self.previous}
        written = orjson.dumps(linked)
        self.previous = hashlib.sha256(written).hexdigest()
        return written


def write_history(days: int = DAYS, *, is_old: bool = False) -> Iterator[bytes]:
    """Yield the lines of so many days from `BEGIN` on; after the first thirty only the routine repeats."""
    policy = load_access_policy(POLICY)
    chains: dict[tuple[str, int], _Chain] = {}
    for number in range(days):
        day = Day(BEGIN + timedelta(days=number), policy, is_old)
        _routine(day)
        _events(day, number + 1)
        for line in sorted(day.lines, key=lambda each: str(each["time"])):
            # A new process of each function every ten days.
            key = (line["service"], number // 10)
            process = hashlib.sha256(repr(key).encode()).hexdigest()[:32]
            yield orjson.dumps(line) if is_old else chains.setdefault(key, _Chain(process)).append(line)


def _routine(day: Day) -> None:
    """Every day two deployments by CI and one by the pipeline; on working days alice twice and bob once."""
    day.vend("03:00", "role/ci-deploy", "staging-deploy", asked=900)
    day.vend("15:00", "role/ci-deploy", "staging-deploy", asked=900)
    day.vend("12:00", PIPELINE, "pipeline-deploy")
    day.say("admin", "08:00", "GET /v1/whoami", "alice")
    if day.at.weekday() not in _WEEKEND:
        day.vend("09:05", "alice", "dev-admin")
        day.vend("14:05", "alice", "dev-admin")
        day.vend("10:30", "bob", "dev-admin", asked=1800)
    if day.at.weekday() == _MONDAY:
        day.vend("11:00", "carol", "staging-deploy")


def _events(day: Day, number: int) -> None:
    """What happens on one day only, by its number."""
    _approvals(day, number)
    _break_glass(day, number)
    _revocations(day, number)
    match number:
        case 3 | 17:
            day.vend("09:00", "dan", "billing-read")
        case 5:
            for minute in range(5):
                day.vend(f"13:0{minute}", "ext-mallory", "dev-admin")
        case 8 | 9 | 10:
            day.vend("16:00", "erin", "prod-admin")
        case 12:
            day.vend("10:00", "frank", "prod-amdin")
            day.say("vend", "10:01", "GET /", "alice", outcome="refused", code="throttled", profile="dev-admin")


def _approvals(day: Day, number: int) -> None:
    match number:
        case 2 | 9 | 16 | 23:
            filed = day.file("10:00", "alice", "prod-admin")
            # After 10, 20, 30 and 40 minutes; the third in Slack.
            decided = f"10:{(number + 5) // 7 * 10}"
            day.decide(decided, "bob", "approve", filed, "alice", "approved", in_slack=number == 16)
            # Pressed once more, which changes nothing.
            day.decide("10:50", "bob", "approve", filed, "alice", "approved")
            day.vend("10:55", "alice", "prod-admin", grant(day, decided, Via.APPROVAL, filed))
        case 4 | 18:
            filed = day.file("15:30", "bob", "prod-admin")
            day.decide("15:31", "bob", "approve", filed, "bob", "pending", outcome="refused", code="not_permitted")
            day.decide("15:35", "alice", "approve", filed, "bob", "approved")
            day.vend("15:40", "bob", "prod-admin", grant(day, "15:35", Via.APPROVAL, filed))
        case 11:
            filed = day.file("09:30", "carol", "prod-admin")
            day.decide("09:45", "alice", "deny", filed, "carol", "denied")
        case 25:
            day.file("09:30", "carol", "prod-admin")
        case 24:
            filed = day.file("09:00", "dan", "prod-admin")
            day.decide("09:30", "alice", "approve", filed, "dan", "pending")
            day.decide("10:00", "bob", "approve", filed, "dan", "approved")
            day.vend("10:05", "dan", "prod-admin", grant(day, "10:00", Via.APPROVAL, filed))


def _break_glass(day: Day, number: int) -> None:
    dans = made_id("event", BEGIN + timedelta(days=12, hours=2), "dan")
    match number:
        case 13:
            day.break_glass("02:00", "dan", "prod-admin")
            day.vend("02:01", "dan", "prod-admin", grant(day, "02:00", Via.BREAK_GLASS, dans))
            day.end_glass("02:30", "dan", "close", dans, "dan")
        case 15:
            day.end_glass("09:00", "alice", "review", dans, "dan")
        case 20:
            bobs = day.break_glass("04:00", "bob", "prod-admin")
            day.vend("04:01", "bob", "prod-admin", grant(day, "04:00", Via.BREAK_GLASS, bobs))


def _revocations(day: Day, number: int) -> None:
    match number:
        case 17:
            day.say("admin", "11:00", "POST /v1/revocations", "alice", target="user dan", marked=1,
                    kill_switch="applied", steps={"read": 20.0, "write": 40.0, "kill_switch": 2440.0})  # fmt: skip
            day.say("admin", "11:01", "POST /v1/lockouts", "alice", target="user dan")
            day.vend("11:30", "dan", "billing-read", locked=True)
            day.say("admin", "17:00", "DELETE /v1/lockouts", "alice", target="user dan")
        case 21:
            day.say("admin", "12:00", "POST /v1/revocations", "alice", target="profile prod-admin",
                    kill_switch="failed", steps={"read": 20.0, "write": 40.0, "kill_switch": 5000.0})  # fmt: skip
            day.say("admin", "12:30", "POST /v1/kill-switch/sync", "alice", kill_switch="applied",
                    steps={"read": 10.0, "kill_switch": 1990.0})  # fmt: skip
        case 24:
            session = made_id("session", day.when("10:30"), "bob", "dev-admin")
            day.say("admin", "18:00", f"POST /v1/sessions/{session}/revoke", "bob", session_id=session,
                    session_user="bob", profile="dev-admin", kill_switch="applied",
                    steps={"read": 10.0, "write": 30.0, "kill_switch": 1460.0})  # fmt: skip
