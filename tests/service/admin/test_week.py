"""A week of the schedule, 2016 runs of the real service by a clock that is a variable: who is notified, when, and once.

What is expected is written by hand, from the policies and from what people do.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

import pytest

from tests.gateway_events import ACCOUNT
from tests.service.admin.conftest import ACCESS, ADMIN, DOCUMENTS
from tests.service.admin.function import AdminLambda, Clock, open_admin
from tests.service.admin.in_process import InProcessAws, install

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
DAY, FIVE_MINUTES = timedelta(days=1), timedelta(minutes=5)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MON, TUE, WED, THU, FRI, SAT, SUN = range(7)
EVENT = {"task": "follow-up"}
TOPIC = f"arn:aws:sns:eu-central-1:{ACCOUNT}:sentinel"
USUAL: dict[str, Any] = {
    "version": "1",
    "rules": [
        {
            "name": "prod",
            "profiles": ["prod"],
            "approvers": ["bob", "carol"],
            "max_duration": "2h",
            "pending_ttl": "4h",
            "reminders": ["30m", "2h"],
            "escalation": {"after": "1h", "approvers": ["erin"]},
        },
        {"name": "vault", "profiles": ["vault"], "approvers": ["bob", "carol"], "quorum": 2, "pending_ttl": "12h"},
    ],
}
# On Thursday from 09:40 to 13:30.
CHANGED: dict[str, Any] = {
    "version": "1",
    "rules": [{**USUAL["rules"][0], "reminders": ["45m"], "escalation": {"after": "3h", "approvers": ["dave"]}}],
}
BREAK_GLASS: dict[str, Any] = {
    "version": "1",
    "rules": [{"name": "all", "users": ["ivan", "judy"], "profiles": ["prod"], "reasons": ["incident"]}],
}
# The notices by time of a usual day: the run that sends it, the event, whose.
USUAL_DAY = (
    ("03:05", "request.expired", "heidi"),  # filed the day before at 15:01, and never decided
    ("09:35", "request.reminder", "alice"),
    ("10:05", "request.escalated", "alice"),
    ("11:30", "request.ending", "alice"),  # approved by erin at 10:40, for an hour
    ("14:35", "request.reminder", "grace"),  # filed at 14:03, cancelled at 14:45
    ("20:50", "break_glass.ending", "ivan"),
    ("21:00", "break_glass.expired", "ivan"),
)


def day_with(*others: tuple[str, str, str], without: tuple[str, ...] = ()) -> list[tuple[str, str, str]]:
    """Give a usual day's notices but those at certain times, and others."""
    return sorted([*(each for each in USUAL_DAY if each[0] not in without), *others])


EXPECTED = {
    MON: day_with(without=("03:05",)),
    TUE: day_with(),
    # No run from 09:00 to before 10:30.
    WED: day_with(("10:30", "request.escalated", "alice"), without=("09:35", "10:05")),
    # The changed policy asks again 45 minutes after the filing, and lets erin decide nothing: the request expires.
    THU: day_with(
        ("09:50", "request.reminder", "alice"),
        ("12:05", "request.escalated", "alice"),
        ("13:05", "request.expired", "alice"),
        without=("10:05", "11:30"),
    ),
    FRI: day_with(),
    SAT: day_with(),
    SUN: day_with(),
}


@dataclass
class Week:
    """The simulation: two processes of the function over one account, what people do at which minute, and what came."""

    account: InProcessAws
    admin: AdminLambda
    other: AdminLambda
    ids: dict[str, str] = field(default_factory=dict)
    sent: list[tuple[str, str, str, str]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    runs: int = 0
    overlaps: int = 0

    def at(self, day: int, time: str) -> datetime:
        hours, minutes = map(int, time.split(":"))
        return MONDAY + day * DAY + timedelta(hours=hours, minutes=minutes)

    def file(self, user: str, profile: str = "prod", duration: str = "1h") -> None:
        self.ids[user] = self.admin.file(user, profile=profile, duration=duration)

    def act(self, user: str, verb: str, by: str, status: int = 200) -> None:
        assert self.admin.post(f"/v1/requests/{self.ids[user]}/{verb}", by=by).status == status

    def acts(self, day: int) -> Iterator[tuple[str, Callable[[], None]]]:
        """List what people do on a day, in order."""
        yield "09:02", lambda: self.file("alice")
        if day == THU:
            yield "09:40", lambda: self.account.store("policies/approval", CHANGED)
            # Erin does not even see it any more.
            yield "10:40", lambda: self.act("alice", "approve", "erin", 404)
        else:
            yield "09:58", lambda: self.act("alice", "approve", "erin", 404)
            yield "10:40", lambda: self.act("alice", "approve", "erin")
        yield "13:30", lambda: self.account.store("policies/approval", USUAL)
        yield "13:31", lambda: self.file("frank")
        yield "13:40", lambda: self.act("frank", "deny", "bob")
        yield "14:03", lambda: self.file("grace")
        yield "14:45", lambda: self.act("grace", "cancel", "grace")
        yield "15:01", lambda: self.file("heidi", "vault")
        yield "16:00", lambda: self.act("heidi", "approve", "bob")
        yield "18:00", lambda: self.file("ken", duration="15m")
        yield "18:05", lambda: self.act("ken", "approve", "carol")
        yield "20:00", lambda: self.begin("ivan", "1h")
        yield "22:00", lambda: self.begin("judy", "30m")
        yield "22:08", lambda: self.close("judy")

    def begin(self, user: str, duration: str) -> None:
        self.ids[user] = self.admin.began(user, duration=duration)

    def close(self, user: str) -> None:
        assert self.admin.post(f"/v1/break-glass/{self.ids[user]}/close", by=user).status == 200

    def simulate(self) -> None:
        acts = [(self.at(day, time), act) for day in range(7) for time, act in self.acts(day)]
        for number in range(7 * 24 * 12):
            now = MONDAY + number * FIVE_MINUTES
            while acts and acts[0][0] <= now:
                self.admin.clock.now, act = acts.pop(0)
                act()
            self.admin.clock.now = now
            self.account.is_webhook_down = self.at(FRI, "09:00") <= now < self.at(FRI, "11:00")
            if not self.at(WED, "09:00") <= now < self.at(WED, "10:30"):
                self.run(now, overlaps=now >= self.at(SAT, "00:00"))

    def run(self, now: datetime, *, overlaps: bool) -> None:
        self.account.published.clear()
        if overlaps:
            self.account.before = self.overlap
        self.invoke(self.admin)
        self.account.before = lambda _, __: None
        self.runs += 1
        self.sent += [
            (DAYS[(now - MONDAY).days], f"{now:%H:%M}", each["event"], each["user"]) for each in self.account.published
        ]

    def overlap(self, operation: str, parameters: Mapping[str, Any]) -> None:
        """Let the other process have its whole run just before this one's first step is written."""
        if operation == "PutItem" and "ConditionExpression" in parameters:
            self.account.before = lambda _, __: None
            thread = Thread(target=self.invoke, args=(self.other,))
            thread.start()
            thread.join()
            self.overlaps += 1

    def invoke(self, function: AdminLambda) -> None:
        _, audit, metrics = function.invoke(EVENT)
        assert audit["outcome"] == "answered", audit
        assert metrics["follow_up_age_s"] == 0
        self.counts.update(audit["follow_up"])


@pytest.fixture
def week(monkeypatch: pytest.MonkeyPatch, dummy_credentials: None, environment: dict[str, str]) -> Iterator[Week]:  # noqa: ARG001 - the environment is its effect
    account = install(monkeypatch)
    policies = {"access": ACCESS, "approval": USUAL, "break-glass": BREAK_GLASS, "admin": ADMIN}
    for name, document in {**DOCUMENTS, **{f"policies/{name}": each for name, each in policies.items()}}.items():
        account.store(name, document)
    account.store("webhooks/ops", {"url": "https://ops.example", "secret": "s" * 32})
    clock = Clock(MONDAY)
    one, other = (open_admin(environment | {"SENTINEL_TOPIC_ARN": TOPIC}, clock, lambda _: None) for _ in range(2))
    with closing(one.app), closing(other.app):
        yield Week(account, one, other)


def test_a_week_of_runs_notifies_of_every_instant_once(week: Week) -> None:
    week.simulate()
    expected = [(DAYS[day], *notice) for day, notices in EXPECTED.items() for notice in notices]
    assert sorted(week.sent) == sorted(expected)
    assert week.runs == 7 * 24 * 12 - 18
    # Two days of seven notices, and of two windows whose end is written.
    assert week.overlaps == 2 * (7 + 2)
    noticed = Counter(event.partition(".")[2] for _, _, event, _ in expected)
    assert {step: week.counts[step] for step in ("reminded", "escalated", "warned", "expired", "failed")} == {
        "reminded": noticed["reminder"],
        "escalated": noticed["escalated"],
        "warned": noticed["ending"],
        "expired": noticed["expired"],
        "failed": 0,
    }
    # Alice's window on six days, and Ken's on all.
    assert week.counts["ended"] == 13
    missed = [each for each in expected if each[0] == "fri" and "09:00" <= each[1] < "11:00"]
    by_time = [notice for notice in week.account.taken_by_webhook if notice.actor is None]
    assert len(by_time) == len(expected) - len(missed) == len(expected) - 2
