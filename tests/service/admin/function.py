"""The admin Lambda as its runtime would hold it, and the people who call it."""

import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from services.admin.api import ENDPOINTS
from services.admin.handler import wire
from shared.aws.dynamodb.sessions import read_session, session_item
from shared.core.session import Session
from shared.core.stamp import Via, stamp_for
from shared.edge.api import Endpoint, Router
from shared.edge.error_codes import Code
from shared.edge.lambda_app import LambdaApp
from tests.gateway_events import ACCOUNT, http_api_event
from tests.grants import a_session
from tests.lambda_context import FakeContext
from tests.service.emulator import table_name

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
DOCUMENTED: Router[Endpoint] = Router({(call.method, call.path): call for call in ENDPOINTS})
JSON = {"content-type": "application/json"}


@dataclass
class Clock:
    """A clock that only a test moves."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Answered:
    """One answer with the audit line the call wrote."""

    status: int
    headers: Mapping[str, str]
    body: dict[str, Any]
    audit: dict[str, Any]

    @property
    def code(self) -> str | None:
        return self.body.get("code")


@dataclass
class AdminLambda:
    """The function, the account around it, and its clock. Every answer is held to what is documented of its call."""

    app: LambdaApp
    stdout: io.StringIO
    aws: Callable[[str], Any]
    clock: Clock
    context: FakeContext = field(default_factory=FakeContext)

    def get(self, path: str, by: str = "alice", **query: object) -> Answered:
        return self.call(http_api_event("GET", path, urlencode(query), arn=arn_of(by)))

    def post(self, path: str, body: object = None, by: str = "alice") -> Answered:
        text = None if body is None else json.dumps(body)
        return self.call(http_api_event("POST", path, arn=arn_of(by), body=text, headers=JSON))

    def put(self, path: str, body: object, by: str = "alice") -> Answered:
        return self.call(http_api_event("PUT", path, arn=arn_of(by), body=json.dumps(body), headers=JSON))

    def delete(self, path: str, by: str = "alice", **query: object) -> Answered:
        return self.call(http_api_event("DELETE", path, urlencode(query), arn=arn_of(by)))

    def invoke(self, event: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        """Give the function's response, its audit line and its metrics."""
        self.stdout.seek(0)
        self.stdout.truncate()
        response = self.app(event, self.context)
        lines = [json.loads(line) for line in self.stdout.getvalue().splitlines()]
        [audit] = [line for line in lines if line.get("kind") == "sentinel.audit"]
        [metrics] = [line for line in lines if "_aws" in line]
        return response, audit, metrics

    def call(self, event: dict[str, Any]) -> Answered:
        response, audit, _ = self.invoke(event)
        answered = Answered(response["statusCode"], response["headers"], json.loads(response["body"]), audit)
        # Below the prefix of an issuer are the calls of the root.
        path = re.sub(r"^/as/[a-z]+", "", event["rawPath"])
        _check_documented(event["requestContext"]["http"]["method"], path, answered)
        return answered

    def file(self, by: str = "alice", **changes: object) -> str:
        """File a request, and give its id."""
        answered = self.post("/v1/requests", {"profile": "prod", "reason": "fix INC-1"} | changes, by)
        assert answered.status == 201, answered.body
        return str(answered.body["request"]["id"])

    def file_denied(self, by: str = "alice", **changes: object) -> str:
        """File a request that bob denies, so that another may follow, and give its id."""
        request_id = self.file(by, **changes)
        assert self.post(f"/v1/requests/{request_id}/deny", by="bob").status == 200
        return request_id

    def approve(self, request_id: str, by: str = "bob") -> Answered:
        return self.post(f"/v1/requests/{request_id}/approve", by=by)

    def break_glass(self, by: str = "alice", **changes: object) -> Answered:
        body = {"profile": "prod", "reason": "incident", "justification": "the payment service is down"}
        return self.post("/v1/break-glass", body | changes, by)

    def began(self, by: str = "alice", **changes: object) -> str:
        """Break glass, and give the event's id."""
        answered = self.break_glass(by, **changes)
        assert answered.status == 201, answered.body
        return str(answered.body["event"]["id"])

    def vended(self, number: int, **changes: Any) -> Session:
        """Plant a session that was issued a minute ago."""
        row = self.issued(number, **changes)
        self.aws("dynamodb").put_item(TableName=table_name("session"), Item=session_item(row))
        return row

    def issued(self, number: int, **changes: Any) -> Session:
        """Give a session that was issued a minute ago, without planting it."""
        session_id = f"{number:016d}"
        user = changes.get("user", "alice")
        facts = {
            "user": user,
            "stamp": str(stamp_for(Via.DIRECT, session_id, user)),
            "via": Via.DIRECT,
            "issued_at": self.clock.now - timedelta(minutes=1),
            "ends_at": self.clock.now + timedelta(minutes=59),
        }
        return a_session(session_id, **(facts | changes))

    def plant(self, table: str, items: Sequence[dict[str, Any]]) -> None:
        """Write many items to the `session`, `grant` or `budget` table, as many in a request as DynamoDB takes."""
        name, whole = table_name(table), 25
        for first in range(0, len(items), whole):
            puts = [{"PutRequest": {"Item": item}} for item in items[first : first + whole]]
            assert self.aws("dynamodb").batch_write_item(RequestItems={name: puts})["UnprocessedItems"] == {}

    def session(self, row: Session) -> Session:
        """Read a session's row as it is in the table."""
        key = {"session_id": {"S": row.session_id}}
        answer = self.aws("dynamodb").get_item(TableName=table_name("session"), Key=key, ConsistentRead=True)
        return read_session(answer["Item"])

    def rows(self) -> list[dict[str, Any]]:
        """List every row of the grant table."""
        items = self.aws("dynamodb").scan(TableName=table_name("grant"))["Items"]
        return sorted(items, key=lambda item: (item["subject"]["S"], item["item"]["S"]))

    def grants(self) -> list[dict[str, Any]]:
        """List the rows of requests and events."""
        return [row for row in self.rows() if "status" in row]

    def store(self, name: str, document: object) -> None:
        self.aws("ssm").put_parameter(
            Name=f"/sentinel/{name}", Value=json.dumps(document), Type="String", Overwrite=True
        )

    def lock_out(self, subject: str) -> None:
        row = {"subject": {"S": subject}, "item": {"S": "lockout##"}, "reason": {"S": "stolen"}}
        self.aws("dynamodb").put_item(TableName=table_name("grant"), Item=row)


def arn_of(name: str) -> str:
    """Give the ARN of a user, or of anything else where it is one already."""
    return name if name.startswith("arn:") else f"arn:aws:iam::{ACCOUNT}:user/people/{name}"


def open_admin(environment: Mapping[str, str], clock: Clock, aws: Callable[[str], Any]) -> AdminLambda:
    stdout = io.StringIO()
    return AdminLambda(wire(environment, stdout, clock), stdout, aws, clock)


def _check_documented(method: str, path: str, answered: Answered) -> None:
    found = DOCUMENTED.find(method, path)
    if found is None:
        assert answered.code == Code.NOT_FOUND
    elif answered.code is not None:
        assert answered.code in found.target.codes, f"{answered.code} is not documented for {found.target.name}"
        assert answered.audit["code"] == answered.code
    else:
        assert answered.status == found.target.status
        found.target.response.model_validate_json(json.dumps(answered.body))
