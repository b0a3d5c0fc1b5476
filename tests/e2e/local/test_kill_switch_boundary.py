"""The kill switch's document as an emulator evaluates it, set as the boundary of a role that sessions live on."""

import json
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from deploy.local.emulator.server import Emulator
from deploy.local.keys import new_access_key
from deploy.local.place import ACCOUNT, REGION
from shared.core.kill_switch import POLICY_NAME, build_boundary
from shared.core.revocation import Revocation, Target
from shared.core.stamp import TRANSITIVE_TAG_KEYS, Stamp, Via, session_tags
from shared.edge.clock import utc_now

TABLE = "notes"
LATER = timedelta(minutes=1)


def client(service: str, **keys: str) -> Any:
    return boto3.client(service, region_name=REGION, **keys)


@dataclass(frozen=True)
class Role:
    """A protected role behind the boundary."""

    arn: str
    policy_arn: str

    def session(self, number: int, user: str = "alice", profile: str = "prod") -> Any:
        """Give DynamoDB as a session of the role sees it, tagged as the vend tags it."""
        stamp = Stamp(Via.DIRECT, session_id(number), user)
        tags = session_tags(stamp, user=user, profile=profile, grant_id=None)
        keys = client("sts").assume_role(
            RoleArn=self.arn,
            RoleSessionName=str(stamp),
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
            TransitiveTagKeys=[str(key) for key in TRANSITIVE_TAG_KEYS],
        )["Credentials"]
        return client(
            "dynamodb",
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
        )

    def revoke(self, *revocations: Revocation, now: datetime) -> None:
        document = build_boundary(revocations, now).document
        client("iam").create_policy_version(PolicyArn=self.policy_arn, PolicyDocument=document, SetAsDefault=True)


@pytest.fixture
async def emulator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Emulator]:
    """Start an emulator that evaluates IAM, and be its administrator."""
    started = Emulator(tmp_path, ACCOUNT, REGION, new_access_key())
    await started.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", started.endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", started.admin.access_key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", started.admin.secret_access_key)
    # boto3 remembers the keys it found first.
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    yield started
    await started.close()


@pytest.fixture
def role(emulator: Emulator) -> Role:  # noqa: ARG001 - the environment is its effect
    iam = client("iam")
    document = build_boundary([], utc_now()).document
    policy_arn = iam.create_policy(PolicyName=POLICY_NAME, PolicyDocument=document)["Policy"]["Arn"]
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:*"}]}
    arn = iam.create_role(RoleName="Prod", AssumeRolePolicyDocument=json.dumps(trust), PermissionsBoundary=policy_arn)[
        "Role"
    ]["Arn"]
    may_read = {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "*"}
    may = {"Version": "2012-10-17", "Statement": [may_read]}
    iam.put_role_policy(RoleName="Prod", PolicyName="read", PolicyDocument=json.dumps(may))
    client("dynamodb").create_table(
        TableName=TABLE,
        AttributeDefinitions=[{"AttributeName": "note", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "note", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return Role(arn, policy_arn)


def session_id(number: int) -> str:
    return f"{number:016d}"


def works(dynamodb: Any) -> bool:
    try:
        dynamodb.get_item(TableName=TABLE, Key={"note": {"S": "1"}})
    except ClientError as error:
        return "AccessDenied" not in error.response["Error"]["Code"]
    return True


def which_work(sessions: Iterable[Any]) -> list[bool]:
    return [works(session) for session in sessions]


def test_before_any_revocation_every_session_works(role: Role) -> None:
    assert which_work([role.session(1), role.session(2, "bob")]) == [True, True]


def test_a_revoked_session_is_denied_and_another_of_the_same_role_and_user_keeps_working(role: Role) -> None:
    sessions = [role.session(1), role.session(2)]
    now = utc_now()
    role.revoke(Revocation(Target.SESSION, session_id(1), now, "alice"), now=now)
    assert which_work(sessions) == [False, True]


@pytest.mark.parametrize(
    ("target", "name", "expected"),
    [
        (Target.USER, "alice", [False, False, True]),
        (Target.PROFILE, "prod", [False, True, True]),
        (Target.ALL, "", [False, False, False]),
    ],
)
def test_a_cutoff_denies_what_was_issued_up_to_it(role: Role, target: Target, name: str, expected: list[bool]) -> None:
    sessions = [role.session(1), role.session(2, profile="dev"), role.session(3, "bob", "staging")]
    now = utc_now()
    role.revoke(Revocation(target, name, now + LATER), now=now)
    assert which_work(sessions) == expected


@pytest.mark.parametrize(("target", "name"), [(Target.USER, "alice"), (Target.PROFILE, "prod"), (Target.ALL, "")])
def test_what_is_issued_after_a_cutoff_works(role: Role, target: Target, name: str) -> None:
    now = utc_now()
    role.revoke(Revocation(target, name, now - LATER), now=now)
    assert works(role.session(1))


def test_what_no_longer_matters_leaves_the_document(role: Role) -> None:
    session = role.session(1)
    now = utc_now()
    revoked = Revocation(Target.SESSION, session_id(1), now, "alice")
    role.revoke(revoked, now=now)
    assert not works(session)
    role.revoke(revoked, now=now + timedelta(hours=1))
    assert works(session)


def test_the_boundary_gives_nothing(role: Role) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        role.session(1).put_item(TableName=TABLE, Item={"note": {"S": "1"}})


def test_when_the_document_falls_back_to_whole_users_it_ends_no_less(role: Role) -> None:
    sessions = [role.session(1), role.session(2), role.session(3, "bob")]
    now = utc_now()
    many = [Revocation(Target.SESSION, session_id(number), now + LATER, "alice") for number in range(2, 400)]
    role.revoke(*many, now=now)
    assert which_work(sessions) == [False, False, True]
