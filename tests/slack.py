"""A Slack workspace that runs next to a test, in a thread of its own: the function under test has a loop of its own."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread
from typing import Any

from deploy.local.slack.server import SlackServer
from deploy.local.slack.workspace import BOT, User, Workspace

PEOPLE = ("alice", "bob", "carol", "dave", "erin", "grace", "mallory", "olivia", "rita", "sam")
GUEST, BOT_USER, GONE, STRANGER = "U0GUEST", "U0ROBOT", "U0GONE", "U0STRANGER"


@dataclass
class Seconds:
    """A clock that only a test moves."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def workspace() -> Workspace:
    """Make a workspace with people of ours, and with everyone else that a channel may have."""
    ours = [User(slack_id(name), f"{name}@example.com") for name in PEOPLE]
    others = [
        User(GUEST, "guest@example.com", flags=("is_restricted",)),
        User(BOT_USER, "robot@example.com", flags=("is_bot",)),
        User(GONE, "gone@example.com", flags=("deleted",)),
        User(STRANGER, "alice@other.example", team="T0OTHER", flags=("is_stranger",)),
        User(BOT, "sentinel@example.com", flags=("is_bot",)),
    ]
    return Workspace({user.id: user for user in (*ours, *others)}, Seconds())


def slack_id(name: str) -> str:
    """Give the id of one of our people."""
    return f"U0{name.upper()}"


def slack_document(slack: Workspace, **changes: Any) -> dict[str, Any]:
    """Give the document `chat/slack` of a workspace: `alice@example.com` is `alice`."""
    return {
        "team_id": slack.team,
        "channel": slack.channel,
        "signing_secret": slack.signing_secret,
        "bot_token": slack.bot_token,
        "user": "local_part",
        "email_domains": ["example.com"],
    } | changes


@dataclass(frozen=True)
class RunningSlack:
    """`server` belongs to another thread's loop: `hold` and `release` make it slow, and no longer."""

    server: SlackServer
    loop: asyncio.AbstractEventLoop
    api: str

    @property
    def workspace(self) -> Workspace:
        return self.server.workspace

    def hold(self) -> None:
        self.server.hold = asyncio.Event()

    def release(self) -> None:
        held, self.server.hold = self.server.hold, None
        if held is not None:
            self.loop.call_soon_threadsafe(held.set)


@contextmanager
def running_slack() -> Iterator[RunningSlack]:
    """Run a workspace on a free port of loopback."""
    loop, server = asyncio.new_event_loop(), SlackServer(workspace())
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(server.open(), loop).result()
        running = RunningSlack(server, loop, server.api)
        yield running
        running.release()
        asyncio.run_coroutine_threadsafe(server.close(), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
