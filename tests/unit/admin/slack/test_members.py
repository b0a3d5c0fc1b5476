"""Slack's word on an account is believed for a minute, and for no account but that one."""

from typing import Any, cast

import pytest

from services.admin.slack.client import SlackClient, SlackError
from services.admin.slack.members import Members
from services.admin.slack.payloads import Sender
from shared.core.chat import SlackWorkspace
from shared.core.identity import Principal
from shared.edge.responses import Refusal
from tests.slack import slack_document, slack_id, workspace

LIMIT_S = 1.0


class Asked:
    """A Slack that is asked who someone is."""

    def __init__(self) -> None:
        self.slack, self.asked = workspace(), 0
        self.is_down = False

    async def users_info(self, user: str, *, limit_s: float) -> dict[str, Any]:
        assert limit_s == LIMIT_S
        self.asked += 1
        if self.is_down:
            raise SlackError("it answered 500")
        return self.slack.user(user).profile


@pytest.fixture
def asked() -> Asked:
    return Asked()


async def identify(members: Members, asked: Asked, name: str = "bob") -> Principal | Refusal:
    document = SlackWorkspace.model_validate(slack_document(asked.slack))
    sender = Sender(asked.slack.team, slack_id(name), asked.slack.team, "1.2.a")
    return await members.identify(cast("SlackClient", asked), document, sender, LIMIT_S)


async def test_who_was_deactivated_acts_for_a_minute_at_most(asked: Asked) -> None:
    now = [0.0]
    members = Members(lambda: now[0])
    assert isinstance(await identify(members, asked), Principal)
    bob = asked.slack.users[slack_id("bob")]
    asked.slack.users[bob.id] = type(bob)(bob.id, bob.email, flags=("deleted",))
    now[0] = 59.9
    assert isinstance(await identify(members, asked), Principal)
    assert asked.asked == 1
    now[0] = 60.0
    assert isinstance(await identify(members, asked), Refusal)
    assert isinstance(await identify(members, asked, "alice"), Principal)
    assert asked.asked == 3


async def test_a_refusal_of_slacks_is_not_kept(asked: Asked) -> None:
    members = Members(lambda: 0.0)
    asked.is_down = True
    assert isinstance(await identify(members, asked), Refusal)
    asked.is_down = False
    assert isinstance(await identify(members, asked), Principal)


async def test_a_stranger_is_refused_before_slack_is_asked(asked: Asked) -> None:
    document = SlackWorkspace.model_validate(slack_document(asked.slack))
    sender = Sender(asked.slack.team, slack_id("bob"), "T0OTHER", "1.2.a")
    refused = await Members(lambda: 0.0).identify(cast("SlackClient", asked), document, sender, LIMIT_S)
    assert isinstance(refused, Refusal)
    assert asked.asked == 0
