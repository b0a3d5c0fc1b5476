"""The admin function with a Slack workspace, both for a whole module; nothing but its people move it."""

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.request import Request, urlopen

import pytest

from deploy.local.slack.people import Signed, press, sign, slash_command, submission
from deploy.local.slack.workspace import Message, User
from services.admin.notify import notifier
from services.admin.slack import endpoint
from services.admin.slack.buttons import Button, write_value
from tests.gateway_events import http_api_event
from tests.patience import LIMIT_S
from tests.service.admin.conftest import ADMIN, APPROVAL, furnish_moto
from tests.service.admin.function import AdminLambda, Clock, open_admin
from tests.service.emulator import aws, function_settings, table_name
from tests.slack import RunningSlack, running_slack, slack_document, slack_id

# All but the rule of `once` accept the chat.
IN_CHAT = APPROVAL | {"rules": [rule | {"chat": rule["name"] != "once"} for rule in APPROVAL["rules"]]}


@dataclass
class Answered:
    """What Slack was answered, the audit line of it, and what the person alone was shown."""

    status: int
    body: dict[str, Any]
    audit: dict[str, Any]
    private: str

    @property
    def is_empty(self) -> bool:
        return (self.status, self.body) == (200, {})


@dataclass
class World:
    """A function, a workspace and their people. Each request is an invocation with an id of its own."""

    admin: AdminLambda
    slack: RunningSlack
    numbers: Iterator[int] = field(default_factory=count)

    def user(self, name: str) -> User:
        return self.slack.workspace.users[slack_id(name)]

    def signed(self, fields: Mapping[str, str], *, late_s: int = 0) -> Signed:
        timestamp = int(self.admin.clock.now.timestamp()) + late_s
        return sign(self.slack.workspace.signing_secret, timestamp, fields)

    def send(self, signed: Signed, **changes: Any) -> Answered:
        """Send what is signed through the gateway; `changes` are to the event."""
        self.admin.context.aws_request_id = f"request-{next(self.numbers)}"
        shown = len(self.slack.workspace.ephemerals)
        response, audit, _ = self.admin.invoke(slack_event(signed) | changes)
        body = json.loads(response["body"]) if response["body"] else {}
        private = [each.shown for each in self.slack.workspace.ephemerals[shown:]]
        private += [*body.get("errors", {}).values(), *([json.dumps(body)] if "response_type" in body else [])]
        assert self.slack.workspace.signing_secret not in self.admin.stdout.getvalue()
        assert self.slack.workspace.bot_token not in self.admin.stdout.getvalue()
        return Answered(response["statusCode"], body, audit, "\n".join(private))

    def press(self, by: User | str, message: Message, button: Button = Button.APPROVE) -> Answered:
        user = self.user(by) if isinstance(by, str) else by
        return self.send(self.signed(press(self.slack.workspace, user, message, button)))

    def submit(self, by: User | str, **values: str | None) -> Answered:
        """Send off the form that was opened last, by what was written in its blocks."""
        user = self.user(by) if isinstance(by, str) else by
        [*_, view_id] = self.slack.workspace.views
        state = {block: {"text": {"type": "plain_text_input", "value": value}} for block, value in values.items()}
        return self.send(self.signed(submission(self.slack.workspace, user, view_id, state)))

    def command(self, by: User | str, text: str) -> Answered:
        user = self.user(by) if isinstance(by, str) else by
        return self.send(self.signed(slash_command(self.slack.workspace, user, "/sentinel", text)))

    def forged(self, view: Mapping[str, Any]) -> Message:
        """Make a message with every button for a request or an event, also those that the rules take away."""
        elements = [
            {"type": "button", "action_id": each.value, "value": write_value(view), "text": {"type": "plain_text"}}
            for each in Button
        ]
        blocks: list[dict[str, Any]] = [{"type": "actions", "block_id": "b", "elements": elements}]
        return Message(self.slack.workspace.channel, "1700000000.999999", "forged", blocks)

    def budget_rows(self) -> int:
        """Count what was counted, and which requests of Slack's were taken."""
        return int(self.admin.aws("dynamodb").scan(TableName=table_name("budget"), Select="COUNT")["Count"])

    def request(self, request_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.admin.get(f"/v1/requests/{request_id}", by="olivia").body["request"]
        return found

    @contextmanager
    def stored(self, name: str, document: object) -> Iterator[None]:
        """Have another document for a while."""
        kept = json.loads(self.admin.aws("ssm").get_parameter(Name=f"/sentinel/{name}")["Parameter"]["Value"])
        self.admin.store(name, document)
        try:
            yield
        finally:
            self.admin.store(name, kept)

    def document(self, **changes: Any) -> dict[str, Any]:
        """Give the document of the workspace with changes; None leaves a key out."""
        found = slack_document(self.slack.workspace, **changes)
        return {key: value for key, value in found.items() if value is not None}

    @contextmanager
    def flagged(self, name: str, **changes: Any) -> Iterator[User]:
        """Change what Slack says of one of the people, who has not acted in this process yet."""
        whole = self.user(name)
        facts = {"id": f"{whole.id}X{next(self.numbers)}", "email": whole.email, "team": whole.team}
        user = User(**(facts | changes))
        self.slack.workspace.users[user.id] = user
        yield user
        del self.slack.workspace.users[user.id]


def slack_event(signed: Signed) -> dict[str, Any]:
    """Give the event of the open route, as an HTTP API sends a form."""
    event = http_api_event("POST", "/slack", body=b64encode(signed.body).decode())
    event["headers"] |= {name.lower(): value for name, value in signed.headers.items()}
    del event["requestContext"]["authorizer"]
    return event | {"isBase64Encoded": True}


@pytest.fixture(scope="module")
def world(moto_url: str) -> Iterator[World]:
    with pytest.MonkeyPatch.context() as patch, running_slack() as slack:
        with urlopen(Request(f"{moto_url}/moto-api/reset", method="POST"), timeout=LIMIT_S):  # noqa: S310 - our own loopback URL
            patch.setenv("AWS_ENDPOINT_URL", moto_url)
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "test")
        # A busy machine takes longer than Slack waits; how long Slack waits is not what these tests are about.
        patch.setattr(endpoint, "_LEAST_S", LIMIT_S)
        patch.setattr(notifier, "LIMIT_S", LIMIT_S)
        furnish_moto()
        function = open_admin(_environment(slack), Clock(), aws)
        function.store("policies/approval", IN_CHAT)
        function.store("policies/admin", ADMIN)
        function.store("chat/slack", slack_document(slack.workspace))
        with closing(function.app):
            yield World(function, slack)


def _environment(slack: RunningSlack) -> dict[str, str]:
    return {
        **function_settings(),
        "SENTINEL_ADMIN_BUDGET": "1000",
        "SENTINEL_SLACK": "true",
        "SENTINEL_SLACK_API": slack.api,
    }


@dataclass(frozen=True)
class Waiting:
    """A request of alice's for prod, and its message in the channel. No test that has it decides on it."""

    id: str
    message: Message


@pytest.fixture(scope="module")
def waiting(world: World) -> Waiting:
    request_id = world.admin.file()
    return Waiting(request_id, world.slack.workspace.in_channel()[-1])


@pytest.fixture(autouse=True)
def still_waits(request: pytest.FixtureRequest) -> Iterator[None]:
    """Check after each test that nothing was decided on the request that waits."""
    yield
    if "waiting" in request.fixturenames:
        world, waiting = request.getfixturevalue("world"), request.getfixturevalue("waiting")
        found = world.request(waiting.id)
        assert (found["status"], found["approvals"]) == ("pending", [])
