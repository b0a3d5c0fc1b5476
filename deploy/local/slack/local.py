"""The local stack's workspace: its people, the document that says who they are, and their presses."""

from typing import Final

import aiohttp
import yaml

from deploy.local.slack.page import SlackPage
from deploy.local.slack.people import ROUTE, Answered, Person, Send, Signed
from deploy.local.slack.server import SlackServer
from deploy.local.slack.workspace import BOT, User, Workspace
from shared.clock import monotonic_s, utc_now

# Each is the user whose name is before the @, but for those whose login has the whole address.
_USERS: Final = {
    "alice@example.com": "alice",
    "bob@example.com": "bob",
    "operator@example.com": "operator",
    "carol@example.com": "carol@example.com",
    "dave@example.com": "dave@example.com",
}
_OTHERS: Final = (
    User("U0GUEST", "guest@example.com", flags=("is_restricted",)),
    User("U0ROBOT", "robot@example.com", flags=("is_bot",)),
    User("U0GONE", "gone@example.com", flags=("deleted",)),
    User("U0STRANGER", "alice@other.example", team="T0OTHER", flags=("is_stranger",)),
    User(BOT, "sentinel@example.com", flags=("is_bot",)),
)
# A local stack answers as fast as its machine lets it; how fast Lambda does is measured elsewhere.
_PATIENCE: Final = 20.0


def local_workspace() -> Workspace:
    """Return a new workspace: each of the stack's people, a guest, a bot, a former member, and a stranger."""
    people = [User(f"U0{email.partition('@')[0].upper()}", email) for email in _USERS]
    return Workspace({user.id: user for user in (*people, *_OTHERS)}, monotonic_s)


def document_of(workspace: Workspace) -> str:
    """Return the document `chat/slack` of a workspace with the stack's people."""
    return yaml.safe_dump(
        {
            "team_id": workspace.team,
            "channel": workspace.channel,
            "signing_secret": workspace.signing_secret,
            "bot_token": workspace.bot_token,
            "user": "map",
            "map": dict(_USERS),
        }
    )


class LocalSlack(SlackServer):
    """The workspace's server, with its page. What people do goes to the HTTP API at `app_url`, which is set before."""

    def __init__(self) -> None:
        workspace = local_workspace()
        super().__init__(workspace, SlackPage(workspace, self._person).routes())
        self.app_url = ""

    @property
    def settings(self) -> dict[str, str]:
        """The settings of the functions, by name."""
        return {"slack": "true", "slack_api": self.api}

    @property
    def document(self) -> str:
        """The document `chat/slack`."""
        return document_of(self.workspace)

    def person(self, name: str) -> Person:
        """Return a person of the workspace, by the part of their address before the @."""
        user = self.workspace.user_by_email(f"{name}@example.com")
        return self._person(user)

    def _person(self, user: User) -> Person:
        return Person(self.workspace, user, post_to(self.app_url), lambda: utc_now().timestamp(), _PATIENCE)


def post_to(base_url: str) -> Send:
    """Return what sends a request of Slack's to the API."""

    async def send(request: Signed) -> Answered:
        began = monotonic_s()
        limit = aiohttp.ClientTimeout(total=60)
        async with (
            aiohttp.ClientSession(timeout=limit) as session,
            session.post(f"{base_url}{ROUTE}", data=request.body, headers=dict(request.headers)) as answer,
        ):
            text = await answer.text()
            is_json = answer.content_type == "application/json" and text
            body = await answer.json() if is_json else {}
            return Answered(answer.status, body if isinstance(body, dict) else {}, monotonic_s() - began)

    return send
