"""The authorizer as its runtime would hold it, and a session whose holder calls the API behind it."""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.credentials import ReadOnlyCredentials

from deploy.local.aws import Keys
from sentinel.proof import make_proof
from services.authorizer.handler import AuthorizerApp
from shared.aws.dynamodb.items import Item, text_value
from shared.aws.dynamodb.session_status import cutoff_item
from shared.aws.dynamodb.sessions import session_item
from shared.core.people import Action
from shared.core.session import Cutoff, Session
from shared.core.stamp import Via, stamp_for
from tests.gateway_events import ACCOUNT, API_ID
from tests.grants import a_session
from tests.lambda_context import FakeContext
from tests.service.authorizer.events import http_api_question
from tests.service.authorizer.sts import FakeSts
from tests.service.emulator import table_name

REGION = "eu-central-1"
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/sentinel/protected/Prod"
KEYS = Keys("ASIAQQQQQQQQQQQQQQQQ", "the-secret-key", "T" * 300)


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
    """One answer, with the lines the invocation wrote and what it asked of the network."""

    answer: dict[str, Any]
    lines: list[dict[str, Any]]
    sts_calls: int
    table_calls: int

    @property
    def is_allowed(self) -> bool:
        """Read either form; an answer that is of neither fails."""
        if "isAuthorized" in self.answer:
            return bool(self.answer["isAuthorized"])
        [statement] = self.answer["policyDocument"]["Statement"]
        return bool(statement["Effect"] == "Allow")

    @property
    def audit(self) -> dict[str, Any]:
        [line] = [line for line in self.lines if line.get("kind") == "sentinel.audit"]
        return line


@dataclass
class AuthorizerLambda:
    """The function, the account around it, its clock and its STS."""

    app: AuthorizerApp
    stdout: io.StringIO
    aws: Callable[[str], Any]
    clock: Clock
    sts: FakeSts
    table_calls: list[str]
    context: FakeContext = field(default_factory=FakeContext)

    def call(self, event: object) -> Answered:
        self.stdout.seek(0)
        self.stdout.truncate()
        sts_before, table_before = len(self.sts.seen), len(self.table_calls)
        answer = self.app(event, self.context)
        text = self.stdout.getvalue()
        assert str(KEYS.session_token) not in text
        lines = [json.loads(line) for line in text.splitlines()]
        calls = len(self.sts.seen) - sts_before, len(self.table_calls) - table_before
        return Answered(json.loads(json.dumps(answer)), lines, *calls)

    def ask(self, proof: str | None = None, **event: Any) -> Answered:
        """Call as an HTTP API does, with a proof made now unless the test has one."""
        return self.call(http_api_question(self.proof() if proof is None else proof, **event))

    def proof(self, keys: Keys = KEYS, api_id: str = API_ID, **options: Any) -> str:
        """Make a proof as the client does."""
        credentials = ReadOnlyCredentials(keys.access_key_id, keys.secret_access_key, keys.session_token)
        return make_proof(credentials, api_id=api_id, **{"region": REGION, **options})

    def vend(self, keys: Keys = KEYS, **changes: Any) -> Session:
        """Record a session and let STS know its keys."""
        row = a_vend(**changes)
        self.put(session_item(row), "session")
        self.sts.known[keys.access_key_id] = (keys, arn_of(row))
        return row

    def put(self, item: Item, table: str = "grant") -> None:
        self.aws("dynamodb").put_item(TableName=table_name(table), Item=item)

    def lock_out(self, subject: str, **changes: Any) -> None:
        row = {"subject": text_value(subject), "item": text_value("lockout##"), "reason": text_value("stolen")}
        self.put(row | changes)

    def cut_off(self, subject: str, until: datetime) -> None:
        """Revoke everything issued to the subject up to an instant."""
        self.put(cutoff_item(Cutoff(subject, until, Action("sam", until, "laptop stolen"))))


def a_vend(user: str = "alice", **changes: Any) -> Session:
    """Make the row of a session that was issued ten minutes before noon."""
    session_id = str(changes.get("session_id", "0123456789abcdef"))
    facts = {
        "user": user,
        "stamp": str(stamp_for(Via.DIRECT, session_id, user)),
        "via": Via.DIRECT,
        "grant_id": None,
        "role_arn": ROLE_ARN,
        "issued_at": NOON - timedelta(minutes=10),
        "ends_at": NOON + timedelta(minutes=50),
    }
    return a_session(**(facts | changes))


def arn_of(row: Session) -> str:
    """Give the ARN GetCallerIdentity shows of a session: without the role's path."""
    _, _, _, _, account, role = row.role_arn.split(":")
    return f"arn:aws:sts::{account}:assumed-role/{role.rpartition('/')[2]}/{row.stamp}"
