"""An account, the three Lambdas in it as their runtime would hold them, and the proxy between the two."""

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count
from typing import Any, Final

import boto3
import pytest
from botocore.credentials import ReadOnlyCredentials

from deploy.local.aws import Keys
from deploy.local.deployment import UNLIMITED
from deploy.policies.deployment import table_definitions
from sentinel.proof import make_proof
from services.admin.handler import wire as wire_admin
from services.authorizer.handler import wire as wire_authorizer
from services.vend.handler import wire as wire_vend
from shared.aws.dynamodb.sessions import session_item
from shared.clock import utc_now
from shared.core.kill_switch import build_boundary
from shared.core.session import Session
from tests.faults.documents import DOCUMENTS, PROFILES
from tests.faults.proxy import FaultyAws
from tests.gateway_events import ACCOUNT, API_ID
from tests.lambda_context import FakeContext
from tests.service.authorizer.sts import FakeSts
from tests.service.emulator import table_name

REGION: Final = "eu-central-1"
OTHER_ACCOUNT: Final = "222222222222"
TOPIC_ARN: Final = f"arn:aws:sns:{REGION}:{ACCOUNT}:sentinel"
POLICY_ARNS: Final = tuple(f"arn:aws:iam::{account}:policy/SentinelRevocations" for account in (ACCOUNT, OTHER_ACCOUNT))
# The emulator takes twelve digits for the root keys of that account.
KEYS: Final = {"AWS_ACCESS_KEY_ID": ACCOUNT, "AWS_SECRET_ACCESS_KEY": "test"}
_ANYONE: Final = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:*"}]}
WIRES: Final[Mapping[str, Any]] = {"vend": wire_vend, "admin": wire_admin, "authorizer": wire_authorizer}


class Timing(StrEnum):
    """How long a function waits, in seconds: for one try of a call, and in all."""

    PATIENT = "10 25"
    HASTY = "1.2 9"
    HURRIED = "10 2"
    KNOWING = "10 24.9"  # patient, and what it has read of the documents serves on


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer, and every line the invocation wrote."""

    status: int
    body: dict[str, Any]
    headers: Mapping[str, str]
    text: str

    @property
    def audit(self) -> dict[str, Any]:
        lines = [json.loads(line) for line in self.text.splitlines()]
        [audit] = [line for line in lines if line.get("kind") == "sentinel.audit"]
        return dict(audit)


@dataclass(slots=True)
class World:
    """`direct` is the emulator's address; `aws` the proxy in front of it, `sts_proxy` the one in front of `sts`."""

    direct: str
    aws: FaultyAws
    sts: FakeSts
    sts_proxy: FaultyAws
    last: Session | None = field(default=None, init=False)
    _stack: ExitStack
    _functions: dict[tuple[str, Timing], tuple[Any, io.StringIO]] = field(default_factory=dict)
    _clients: dict[tuple[str, str], Any] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def call(self, service: str, event: object, timing: Timing = Timing.PATIENT) -> Answered:
        """Invoke a function, which is opened when it is first wanted and then stays as a process does."""
        if (service, timing) not in self._functions:
            stdout = io.StringIO()
            app = WIRES[service](self.environment(service, timing), stdout)
            self._functions[service, timing] = self._stack.enter_context(closing(app)), stdout
        function, stdout = self._functions[service, timing]
        stdout.seek(0)
        stdout.truncate()
        response = function(event, FakeContext())
        if "isAuthorized" in response:
            return Answered(200 if response["isAuthorized"] else 403, response, {}, stdout.getvalue())
        return Answered(response["statusCode"], json.loads(response["body"]), response["headers"], stdout.getvalue())

    def environment(self, service: str, timing: Timing) -> dict[str, str]:
        """Give a function's settings. The address of AWS is in the process's own environment."""
        call_timeout, deadline = timing.split()
        common = {
            "AWS_REGION": REGION,
            "SENTINEL_API_ID": API_ID,
            "SENTINEL_SESSION_TABLE": table_name("session"),
            "SENTINEL_GRANT_TABLE": table_name("grant"),
            "SENTINEL_CALL_TIMEOUT": call_timeout,
            "SENTINEL_DEADLINE": deadline,
        }
        if service == "authorizer":
            return common | {"SENTINEL_ACCEPTED_PROFILES": "dev", "AWS_ENDPOINT_URL_STS": self.sts_proxy.url}
        counting = {"SENTINEL_BUDGET_TABLE": table_name("budget")}
        known = counting | {
            **UNLIMITED,
            "SENTINEL_DOCUMENT_TTL": "0",
        }
        stale = {"SENTINEL_DOCUMENT_MAX_STALE": "300" if timing is Timing.KNOWING else "0"}
        notified = {"SENTINEL_TOPIC_ARN": TOPIC_ARN, "SENTINEL_KILL_SWITCH_POLICIES": ",".join(POLICY_ARNS)}
        return common | known | stale | (notified if service == "admin" else {})

    def address(self) -> dict[str, str]:
        """Say where AWS is, and as whom to go there."""
        return {**KEYS, "AWS_ENDPOINT_URL": self.aws.url}

    def client(self, service: str, account: str = ACCOUNT) -> Any:
        """Give a client that goes around the proxy."""
        if (service, account) not in self._clients:
            keys = {"aws_access_key_id": account, "aws_secret_access_key": "test"}
            client = boto3.client(service, region_name=REGION, endpoint_url=self.direct, **keys)
            self._clients[service, account] = self._stack.enter_context(closing(client))
        return self._clients[service, account]

    def new_id(self) -> str:
        """Make an id that no other cell has."""
        return f"{next(self._numbers):016d}"

    def furnish(self) -> None:
        """Make tables, documents, roles, the topic, and the kill switch's policy in both accounts."""
        for definition in table_definitions().values():
            self.client("dynamodb").create_table(TableName=definition["name"], **definition["create"])
        for name, document in DOCUMENTS.items():
            self.client("ssm").put_parameter(Name=f"/sentinel/{name}", Value=json.dumps(document), Type="String")
        for name in PROFILES:
            self._make_role(ACCOUNT, name, "/sentinel/")
        self._make_role(OTHER_ACCOUNT, "SentinelRevocations", "/")
        document = build_boundary([], utc_now()).document
        for account in (ACCOUNT, OTHER_ACCOUNT):
            iam = self.client("iam", account)
            iam.create_policy(PolicyName="SentinelRevocations", PolicyDocument=document)
        self.client("sns").create_topic(Name="sentinel")

    def _make_role(self, account: str, name: str, path: str) -> None:
        trust = json.dumps({"Version": "2012-10-17", **_ANYONE})
        self.client("iam", account).create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=trust)

    def wipe(self) -> None:
        """Empty the tables and heal every fault."""
        self.aws.heal()
        self.sts_proxy.heal()
        self.aws.seen.clear()
        self.sts_proxy.seen.clear()
        for which, keys in (("session", ["session_id"]), ("grant", ["subject", "item"]), ("budget", ["subject"])):
            with_keys = [{key: row[key] for key in keys} for row in self.rows(which)]
            for row in with_keys:
                self.client("dynamodb").delete_item(TableName=table_name(which), Key=row)

    def rows(self, which: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.client("dynamodb").scan(TableName=table_name(which))["Items"]
        return found

    def put(self, which: str, row: Mapping[str, Any]) -> None:
        self.client("dynamodb").put_item(TableName=table_name(which), Item=row)

    def end_leases(self) -> None:
        """Let as much time go by as a lease lasts, for the leases."""
        for row in self.rows("grant"):
            if "held_until" in row:
                self.put("grant", row | {"held_until": {"N": "1"}})

    def vended(self, row: Session) -> Session:
        """Plant a session, with keys that the authorizer's STS knows."""
        self.last = row
        self.put("session", session_item(row))
        role = row.role_arn.rpartition("/")[2]
        arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{row.stamp}"
        keys = _keys_of(row.session_id)
        self.sts.known[keys.access_key_id] = (keys, arn)
        return row

    def proof_of_last(self) -> str:
        """Prove to hold the keys of the session planted last."""
        assert self.last is not None
        return self.proof(self.last)

    def proof(self, row: Session) -> str:
        """Prove to hold the keys of a planted session."""
        keys = _keys_of(row.session_id)
        credentials = ReadOnlyCredentials(keys.access_key_id, keys.secret_access_key, keys.session_token)
        with pytest.MonkeyPatch.context() as patch:
            # The client signs for the host it knows as STS's.
            patch.setenv("AWS_ENDPOINT_URL_STS", self.sts_proxy.url)
            return make_proof(credentials, api_id=API_ID, region=REGION)

    def applied(self) -> str:
        """Read what the kill switch says in both accounts."""
        return "".join(self._applied(arn) for arn in POLICY_ARNS)

    def _applied(self, arn: str) -> str:
        iam = self.client("iam", arn.split(":")[4])
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        found = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
        return json.dumps(found)


def _keys_of(session_id: str) -> Keys:
    return Keys(f"ASIA{session_id}", "the-secret-key", "T" * 300)


@contextmanager
def open_world(direct: str, aws: FaultyAws, sts: FakeSts, sts_proxy: FaultyAws) -> Iterator[World]:
    """Furnish an account in an emulator, and close what was opened in the end."""
    with ExitStack() as stack:
        world = World(direct, aws, sts, sts_proxy, stack)
        world.furnish()
        yield world
