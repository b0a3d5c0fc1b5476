"""Notices that overlap: in any order of the answers, one message is posted and it shows the newest state."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.admin.notify.notice import Notice, notice_for
from services.admin.slack.client import Posted, SlackClient, SlackError
from services.admin.slack.messages import Showing, version_of
from shared.aws.dynamodb.slack_messages import Place, Shown, SlackMessages
from shared.core.chat import SlackWorkspace
from shared.core.events import NoticeEvent
from tests.unit.admin.notify.samples import DELIVERY_ID, GRANT_ID, NOW, act, event, request, vote

WORKSPACE = SlackWorkspace.model_validate(
    {
        "team_id": "T0SENTINEL",
        "channel": "C0APPROVALS",
        "signing_secret": "s" * 32,
        "bot_token": "xoxb-0123456789",
        "user": "local_part",
        "email_domains": ("example.com",),
    }
)
ALICE = {
    "id": "U0ALICE",
    "team_id": "T0SENTINEL",
    "is_email_confirmed": True,
    **dict.fromkeys(("deleted", "is_bot", "is_restricted", "is_ultra_restricted"), False),
    "profile": {"email": "alice@example.com"},
}


@dataclass
class Rows:
    """The table's rows in memory: every method is one step, with turns of others before and after it."""

    turns: Iterator[int]
    row: Shown | None = None
    claimed_until: datetime | None = None

    async def note(self, _: str, version: str, details: Mapping[str, Any], link: str | None, now: datetime) -> Shown:
        await self.others()
        if self.row is None:
            self.row = Shown(version, details, link, None, None)
        elif self.row.version < version:
            self.row = replace(self.row, version=version, details=details, link=link)
        assert now == NOW
        return await self.answer(self.row)

    async def claim(self, _: str, now: datetime) -> Shown | None:
        await self.others()
        assert self.row is not None
        row, is_missing = self.row, self.row.message is None or self.row.direct is None
        if not is_missing or (self.claimed_until is not None and self.claimed_until >= now):
            await self.others()
            return None
        self.claimed_until = now + timedelta(seconds=30)
        return await self.answer(row)

    async def posted(self, _: str, message: Place | None, direct: Place | None) -> Shown:
        await self.others()
        assert self.row is not None
        self.row = replace(self.row, message=message or self.row.message, direct=direct or self.row.direct)
        self.claimed_until = None
        return await self.answer(self.row)

    async def load(self, _: str) -> Shown:
        await self.others()
        assert self.row is not None
        return await self.answer(self.row)

    async def answer(self, row: Shown) -> Shown:
        await self.others()
        return row

    async def others(self) -> None:
        for _ in range(next(self.turns)):
            await asyncio.sleep(0)


@dataclass
class Slack:
    """A Slack whose calls take effect some turns after they were made, and are answered some turns later."""

    turns: Iterator[int]
    shown: dict[tuple[str, str], str] = field(default_factory=dict)
    threads: list[str] = field(default_factory=list)
    failing: list[str] = field(default_factory=list)

    async def lookup_by_email(self, email: str, *, limit_s: float) -> Mapping[str, Any]:
        assert limit_s > 0
        await self.others()
        assert email == "alice@example.com"
        return ALICE

    async def open_direct(self, user: str, *, limit_s: float) -> str:
        assert limit_s > 0
        await self.others()
        return f"D{user}"

    async def post_message(
        self,
        channel: str,
        text: str,
        blocks: Sequence[Mapping[str, Any]],
        *,
        thread_ts: str | None = None,
        limit_s: float,
    ) -> Posted:
        assert blocks
        assert limit_s > 0
        await self.others()
        if "post" in self.failing:
            raise SlackError("no connection")
        if thread_ts is not None:
            self.threads.append(text)
            return Posted(channel, "reply")
        posted = Posted(channel, str(len(self.shown)))
        self.shown[channel, posted.ts] = text
        await self.others()
        return posted

    async def update_message(
        self, posted: Posted, text: str, blocks: Sequence[Mapping[str, Any]], *, limit_s: float
    ) -> None:
        assert blocks
        assert limit_s > 0
        await self.others()
        if self.failing:
            raise SlackError(f"Slack answered {self.failing[0]}", self.failing[0])
        self.shown[posted.channel, posted.ts] = text
        await self.others()

    async def others(self) -> None:
        for _ in range(next(self.turns)):
            await asyncio.sleep(0)


def notice(kind: NoticeEvent, details: Mapping[str, Any]) -> Notice:
    return notice_for(kind, None, details, NOW, DELIVERY_ID)


FILED = notice(NoticeEvent.REQUEST_FILED, request(quorum=2))
VOTED = notice(NoticeEvent.REQUEST_VOTED, request(quorum=2, approvals=[vote("bob")]))
APPROVED = notice(
    NoticeEvent.REQUEST_APPROVED,
    request(
        quorum=2,
        approvals=[vote("bob"), vote("carol")],
        status="approved",
        window={"starts_at": "2026-11-02T12:00:00Z", "ends_at": "2026-11-02T13:00:00Z"},
    ),
)
WITHDRAWN = notice(
    NoticeEvent.REQUEST_WITHDRAWN,
    request(quorum=2, approvals=[vote("bob"), vote("carol")], status="withdrawn", ended=act("alice")),
)


def showing(slack: Slack, rows: Rows) -> Showing:
    return Showing(cast("SlackClient", slack), WORKSPACE, cast("SlackMessages", rows), None, 60.0)


def run(notices: Sequence[Notice], turns: Iterator[int], slack: Slack | None = None) -> Slack:
    """Show notices at the same time, each in a call of its own."""
    shown_in = slack or Slack(turns)
    rows = Rows(turns)

    async def show(each: Notice) -> None:
        failure = await showing(shown_in, rows).show(each, GRANT_ID)
        assert (failure is None) == (not shown_in.failing)

    async def together() -> None:
        await asyncio.gather(*map(show, notices))

    with asyncio.Runner() as runner:
        runner.run(together())
    return shown_in


def endless(turns: Sequence[int]) -> Iterator[int]:
    while True:
        yield from turns


@given(st.permutations([FILED, VOTED, APPROVED, WITHDRAWN]), st.lists(st.integers(0, 9), min_size=1, max_size=40))
def test_the_newest_state_is_shown_in_any_order(notices: list[Notice], turns: list[int]) -> None:
    slack = run(notices, endless(turns))
    assert len(slack.shown) == 2
    assert {channel for channel, _ in slack.shown} == {"C0APPROVALS", "DU0ALICE"}
    assert all("Withdrawn by alice" in text for text in slack.shown.values())


def test_of_a_quorum_each_vote_is_a_reply() -> None:
    slack = Slack(endless([0]))

    async def one_after_the_other() -> None:
        rows = Rows(endless([0]))
        for each in (FILED, VOTED, APPROVED, WITHDRAWN):
            assert await showing(slack, rows).show(each, GRANT_ID) is None

    with asyncio.Runner() as runner:
        runner.run(one_after_the_other())
    assert len(slack.threads) == 2


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        (request(), request(approvals=[vote("bob")])),
        (request(approvals=[vote("bob")] * 9), request(status="approved", approvals=[vote("bob")] * 10)),
        (request(status="approved"), request(status="withdrawn", ended=act("alice"))),
        (event(), event(status="closed", ended=act("alice"))),
        (event(status="expired"), event(status="reviewed", review=act("rita"))),
    ],
)
def test_a_later_state_is_newer_even_of_the_same_instant(older: dict[str, Any], newer: dict[str, Any]) -> None:
    kind = NoticeEvent.BREAK_GLASS_STARTED if "justification" in older else NoticeEvent.REQUEST_FILED
    assert version_of(notice(kind, older)) < version_of(notice(kind, newer))


def test_what_slack_does_not_take_is_named_for_each_place() -> None:
    slack = Slack(endless([0]), failing=["post"])

    async def show() -> None:
        failure = await showing(slack, Rows(endless([0]))).show(FILED, GRANT_ID)
        assert failure is not None
        assert failure.cause == "channel: no connection; direct message: no connection"

    with asyncio.Runner() as runner:
        runner.run(show())
