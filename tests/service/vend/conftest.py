"""The vend Lambda as its runtime would hold it, in an account with a policy, three profiles and no grants."""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.vend.handler import wire
from shared.core.grants import GrantUses
from shared.edge.lambda_app import LambdaApp
from tests.gateway_events import ACCOUNT
from tests.lambda_context import FakeContext
from tests.service.emulator import aws, function_settings, table_name
from tests.service.rows import a_grant, grant_row

REGION = "eu-central-1"
POLICY: dict[str, Any] = {
    "version": "1",
    "rules": [
        {"name": "no-mallory", "effect": "deny", "conditions": {"users": ["mallory"]}, "reason": "left the company"},
        {"name": "try-it", "effect": "deny", "conditions": {"profiles": ["dev"]}, "shadow": True},
        {"name": "dev", "effect": "allow", "conditions": {"profiles": ["dev"]}, "max_duration": "45m"},
        {"name": "prod", "effect": "require_approval", "conditions": {"profiles": ["prod"]}},
    ],
}
APPROVALS: dict[str, Any] = {
    "version": "1",
    "rules": [{"name": "prod", "profiles": ["prod"], "approvers": ["bob", "carol"], "max_duration": "168h"}],
}
BREAK_GLASS: dict[str, Any] = {
    "version": "1",
    "rules": [{"name": "prod", "users": ["alice"], "profiles": ["*"], "reasons": ["incident"], "max_duration": "4h"}],
}


@dataclass
class Answered:
    """One answer with the lines the invocation wrote."""

    status: int
    headers: dict[str, str]
    body: dict[str, Any]
    lines: list[dict[str, Any]]

    @property
    def audit(self) -> dict[str, Any]:
        [line] = [line for line in self.lines if line.get("kind") == "sentinel.audit"]
        return line


@dataclass
class VendLambda:
    """The function, and the account around it."""

    app: LambdaApp
    stdout: io.StringIO
    aws: Callable[[str], Any]
    context: FakeContext = field(default_factory=FakeContext)

    def call(self, event: object) -> Answered:
        self.stdout.seek(0)
        self.stdout.truncate()
        response = self.app(event, self.context)
        lines = [json.loads(line) for line in self.stdout.getvalue().splitlines()]
        return Answered(response["statusCode"], response["headers"], json.loads(response["body"]), lines)

    def sessions(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.aws("dynamodb").scan(TableName=table_name("session"))["Items"]
        return found

    def store(self, name: str, document: object) -> None:
        value = document if isinstance(document, str) else json.dumps(document)
        self.aws("ssm").put_parameter(Name=f"/sentinel/{name}", Value=value, Type="String", Overwrite=True)

    def put_grant_row(self, **attributes: dict[str, str]) -> None:
        self.aws("dynamodb").put_item(TableName=table_name("grant"), Item=attributes)

    def approve(self, profile: str, left: timedelta, *, user: str = "alice", uses: str = "window") -> None:
        now = datetime.now(UTC)  # noqa: TID251 - the function under test reads the real clock
        window = {"starts_at": now - timedelta(minutes=1), "ends_at": now + left}
        self.put_grant_row(**grant_row(a_grant(profile=profile, uses=GrantUses(uses), **window), user))

    def break_glass(self, profile: str, left: timedelta, *, user: str = "alice") -> None:
        now = int(datetime.now(UTC).timestamp())  # noqa: TID251 - the function under test reads the real clock
        ends_at = {"N": str(now + int(left.total_seconds()))}
        self.put_grant_row(
            subject={"S": f"user#{user}"},
            item={"S": f"break-glass#{profile}#e1"},
            grant_id={"S": "e1"},
            profile={"S": profile},
            status={"S": "active"},
            starts_at={"N": str(now - 60)},
            ends_at=ends_at,
            serves_until=ends_at,
        )


@pytest.fixture
def environment() -> dict[str, str]:
    return function_settings()


@pytest.fixture
def vend(tables: None, environment: dict[str, str]) -> Iterator[VendLambda]:  # noqa: ARG001 - the tables are its effect
    stdout = io.StringIO()
    with closing(wire(environment, stdout)) as app:
        function = VendLambda(app, stdout, aws)
        function.store("policies/access", POLICY)
        function.store("policies/approval", APPROVALS)
        function.store("policies/break-glass", BREAK_GLASS)
        for name in ("dev", "prod", "unruled"):
            function.store(f"profiles/{name}", {"role_arn": f"arn:aws:iam::{ACCOUNT}:role/sentinel/{name}"})
        yield function
