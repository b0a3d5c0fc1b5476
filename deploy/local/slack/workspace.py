"""The workspace: its people, what was posted, and who may still answer what. No HTTP."""

import secrets
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

TEAM: Final = "T0SENTINEL"
CHANNEL: Final = "C0APPROVALS"
BOT: Final = "U0SENTINEL"
# Slack's documentation, "Handling user interaction": a trigger can be used once, within three seconds.
TRIGGER_LIFE_S: Final = 3.0
_MINUTE_S: Final = 60.0
# Calls in a minute (Slack's documentation, "Rate limits": the tier of each method; posting, one a second in a channel).
_TIERS: Final = {"chat.update": 50, "users.lookupByEmail": 50, "conversations.open": 50, "chat.postMessage": 60}
_OTHER_TIER: Final = 100


class SlackRefusalError(Exception):
    """A call that Slack refuses: the message is its error code. `problems` are those of blocks or of a view."""

    def __init__(self, code: str, problems: list[str] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.problems = problems or []


@dataclass(frozen=True, slots=True)
class User:
    """A user as `users.info` describes one. `flags` are those of Slack that are true of them."""

    id: str
    email: str
    team: str = TEAM
    flags: tuple[str, ...] = ()
    is_email_confirmed: bool = True

    @property
    def name(self) -> str:
        return self.email.partition("@")[0]

    @property
    def profile(self) -> dict[str, Any]:
        named = ("deleted", "is_bot", "is_restricted", "is_ultra_restricted", "is_stranger", "is_app_user", "is_admin")
        return {
            "id": self.id,
            "team_id": self.team,
            "name": self.name,
            "real_name": self.name.capitalize(),
            "is_email_confirmed": self.is_email_confirmed,
            **{flag: flag in self.flags for flag in named},
            "profile": {"real_name": self.name.capitalize(), "email": self.email, "team": self.team},
        }


@dataclass(slots=True)
class Message:
    """A message of the bot; `thread` is the parent's `ts`, `to` the one user who sees an ephemeral one."""

    channel: str
    ts: str
    text: str
    blocks: list[dict[str, Any]]
    thread: str | None = None
    to: str | None = None
    edits: int = 0

    @property
    def buttons(self) -> dict[str, dict[str, Any]]:
        """The buttons by `action_id`, each with the id of its block."""
        return {
            each["action_id"]: {**each, "block_id": block["block_id"]}
            for block in self.blocks
            if block["type"] == "actions"
            for each in block["elements"]
            if each["type"] == "button"
        }

    @property
    def shown(self) -> str:
        """Every text of the blocks, as a person reads them."""
        return "\n".join(_texts(self.blocks))


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["text"]] if isinstance(value.get("text"), str) else []
        return own + [text for each in value.values() if isinstance(each, dict | list) for text in _texts(each)]
    return [text for each in value for text in _texts(each)]


@dataclass(slots=True)
class Workspace:
    """One workspace with its app. `clock` is in seconds, for what ends by itself.

    `failing` has, by method, the answers to give instead of the method's own: (status, `Retry-After`, body).
    """

    users: dict[str, User]
    clock: Callable[[], float]
    team: str = TEAM
    channel: str = CHANNEL
    signing_secret: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    bot_token: str = field(default_factory=lambda: f"xoxb-{secrets.token_hex(16)}", repr=False)
    messages: list[Message] = field(default_factory=list)
    ephemerals: list[Message] = field(default_factory=list)
    views: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    failing: dict[str, deque[tuple[int, int | None, str]]] = field(default_factory=lambda: defaultdict(deque))
    _directs: dict[str, str] = field(default_factory=dict)
    _triggers: dict[str, tuple[str, float]] = field(default_factory=dict)
    _spent: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _posted: int = 0

    def user(self, user_id: str) -> User:
        if user_id not in self.users:
            raise SlackRefusalError("user_not_found")
        return self.users[user_id]

    def user_by_email(self, email: str) -> User:
        found = [each for each in self.users.values() if each.email == email and "deleted" not in each.flags]
        if not found:
            raise SlackRefusalError("users_not_found")
        return found[0]

    def direct_of(self, user_id: str) -> str:
        """Open the channel between the bot and a user."""
        user = self.user(user_id)
        if {"deleted", "is_bot"} & set(user.flags):
            raise SlackRefusalError("cannot_dm_bot" if "is_bot" in user.flags else "user_disabled")
        return self._directs.setdefault(user.id, f"D{user.id[1:]}")

    def knows(self, channel: str) -> bool:
        return channel == self.channel or channel in self._directs.values()

    def next_ts(self) -> str:
        self._posted += 1
        return f"1700000000.{self._posted:06}"

    def find(self, channel: str, ts: str) -> Message:
        for message in self.messages:
            if (message.channel, message.ts) == (channel, ts):
                return message
        raise SlackRefusalError("message_not_found")

    def delete(self, message: Message) -> None:
        """Delete a message, as its readers may."""
        self.messages.remove(message)

    def in_channel(self) -> list[Message]:
        """Give the messages of the channel, without those in threads."""
        return [each for each in self.messages if each.channel == self.channel and each.thread is None]

    def thread_of(self, message: Message) -> list[Message]:
        return [each for each in self.messages if each.thread == message.ts and each.channel == message.channel]

    def directs_to(self, user_id: str) -> list[Message]:
        return [each for each in self.messages if each.channel == self._directs.get(user_id)]

    def new_trigger(self, user_id: str) -> str:
        """Make the trigger of a user's action."""
        trigger = f"{self._posted}.{secrets.token_hex(8)}"
        self._triggers[trigger] = (user_id, self.clock())
        return trigger

    def use_trigger(self, trigger: str) -> str:
        """Use a trigger up, and give whose it was."""
        if trigger not in self._triggers:
            raise SlackRefusalError("invalid_trigger_id")
        user, at = self._triggers[trigger]
        if not user:
            raise SlackRefusalError("exchanged_trigger_id")
        if self.clock() - at > TRIGGER_LIFE_S:
            raise SlackRefusalError("expired_trigger_id")
        self._triggers[trigger] = ("", at)
        return user

    def spend(self, method: str) -> int | None:
        """Count a call; the seconds to wait where it is one too many in this minute."""
        spent, now = self._spent[method], self.clock()
        while spent and now - spent[0] >= _MINUTE_S:
            spent.popleft()
        if len(spent) >= _TIERS.get(method, _OTHER_TIER):
            return int(_MINUTE_S - (now - spent[0])) + 1
        spent.append(now)
        return None
