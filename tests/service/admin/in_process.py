"""AWS in this process: real clients, whose calls are checked as always and go to models of the services."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
import pytest

from deploy.local import strict
from deploy.policies.deployment import table_definitions
from load.aws_model.dynamodb import DynamoDb
from load.aws_model.services import AwsRefusalError, Iam, Ssm, Sts
from services.admin.notify.notice import Failure, Notice
from services.admin.notify.sender import WebhookSender
from shared.aws.client.client import AwsClient
from shared.aws.client.protocol import ServiceError
from shared.core.webhook import Webhook
from tests.service.emulator import table_name

Call = tuple[str, Mapping[str, Any]]


@dataclass
class InProcessAws:
    """The account. `calls` are those since a test last cleared them; `before` runs before each call.

    The topic takes every notice. A webhook takes them, too, unless it `is_webhook_down`.
    """

    calls: list[Call] = field(default_factory=list)
    published: list[dict[str, Any]] = field(default_factory=list)
    taken_by_webhook: list[Notice] = field(default_factory=list)
    is_webhook_down: bool = False
    before: Callable[[str, Mapping[str, Any]], None] = lambda _, __: None

    def __post_init__(self) -> None:
        self.dynamodb, self.ssm = DynamoDb(table_definitions()), Ssm()
        self._operations = {
            "dynamodb": self.dynamodb.operations,
            "ssm": self.ssm.operations,
            "iam": Iam().operations,
            "sns": {"Publish": self._publish},
            "sts": {"AssumeRole": self._assume_role},
        }

    def store(self, name: str, document: object) -> None:
        text = orjson.dumps(document).decode()
        self.ssm.operations["PutParameter"]({"Name": f"/sentinel/{name}", "Value": text, "Type": "String"})

    def rows(self) -> list[dict[str, Any]]:
        """List every row of the grant table; what a test changes in one is changed in the table."""
        partitions = self.dynamodb._tables[table_name("grant")].items.values()
        return [item for partition in partitions for item in partition.values()]

    def operations(self) -> list[str]:
        return [operation for operation, _ in self.calls]

    async def call(self, client: AwsClient, operation: str, parameters: Mapping[str, Any]) -> Any:
        self.before(operation, parameters)
        self.calls.append((operation, parameters))
        try:
            return self._operations[client.service][operation](parameters)
        except AwsRefusalError as refusal:
            raise ServiceError(operation, refusal.status, refusal.code, refusal.message, refusal.details) from None

    async def send(self, _: Webhook, notice: Notice) -> Failure | None:
        if self.is_webhook_down:
            return Failure("no answer in time")
        self.taken_by_webhook.append(notice)
        return None

    def _assume_role(self, request: Mapping[str, Any]) -> Any:
        answer = Sts().operations["AssumeRole"](request)
        answer["Credentials"]["Expiration"] = datetime.fromisoformat(answer["Credentials"]["Expiration"])
        return answer

    def _publish(self, request: Mapping[str, Any]) -> Any:
        self.published.append(orjson.loads(orjson.loads(request["Message"])["default"]))
        return {"MessageId": "1"}


def install(monkeypatch: pytest.MonkeyPatch) -> InProcessAws:
    """Send every call and every webhook's notice of this test to a new account."""
    account = InProcessAws()
    monkeypatch.setattr(strict, "_CALL", account.call)
    monkeypatch.setattr(WebhookSender, "send", account.send)
    return account
