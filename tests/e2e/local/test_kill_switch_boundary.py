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

from deploy.local.aws import new_access_key
from deploy.local.deployment import ACCOUNT, REGION, local_deployment
from deploy.local.emulator.server import Emulator
from shared.clock import utc_now
from shared.core.kill_switch import build_boundary, first_document
from shared.core.revocation import ISSUE_MARGIN, Revocation, Target
from shared.core.stamp import TRANSITIVE_TAG_KEYS, Stamp, Via, session_tags

TABLE = "notes"
DEPLOYMENT = local_deployment()
ADMINISTRATOR = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
TRUST_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:*"}]}
LATER = timedelta(minutes=1)


def client(service: str, **keys: str) -> Any:
    return boto3.client(service, region_name=REGION, **keys)


@dataclass(frozen=True)
class Role:
    """A protected role behind the boundary."""

    arn: str
    policy_arn: str

    def session(self, number: int, user: str = "alice", profile: str = "prod", service: str = "dynamodb") -> Any:
        """Give a service as a session of the role sees it, tagged as the vend tags it."""
        stamp = Stamp(Via.DIRECT, session_id(number), user)
        tags = session_tags(stamp, user=user, profile=profile, grant_id=None)
        keys = client("sts").assume_role(
            RoleArn=self.arn,
            RoleSessionName=str(stamp),
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
            TransitiveTagKeys=[str(key) for key in TRANSITIVE_TAG_KEYS],
        )["Credentials"]
        return with_keys(keys, service)

    def may(self, policy: dict[str, Any]) -> None:
        client("iam").put_role_policy(RoleName="Prod", PolicyName="read", PolicyDocument=json.dumps(policy))

    def revoke(self, *revocations: Revocation, now: datetime) -> None:
        document = build_boundary(revocations, now, DEPLOYMENT.guarded).document
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
    document = first_document(DEPLOYMENT.guarded)
    policy_arn = iam.create_policy(PolicyName=DEPLOYMENT.kill_switch, PolicyDocument=document)["Policy"]["Arn"]
    arn = make_role("Prod", policy_arn)
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


def make_role(name: str, boundary: str) -> str:
    """Make a role that anyone may assume, where protected roles are; gives its ARN."""
    made = client("iam").create_role(
        RoleName=name,
        Path=DEPLOYMENT.protected_path,
        AssumeRolePolicyDocument=json.dumps(TRUST_ALL),
        PermissionsBoundary=boundary,
    )
    return str(made["Role"]["Arn"])


def with_keys(keys: dict[str, str], service: str = "dynamodb") -> Any:
    return client(
        service,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )


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


@pytest.fixture
def next_role(role: Role) -> str:
    """Let sessions do everything, and give a role under the same boundary into which they may chain."""
    arn = make_role("Next", role.policy_arn)
    for name in ("Prod", "Next"):
        client("iam").put_role_policy(RoleName=name, PolicyName="read", PolicyDocument=json.dumps(ADMINISTRATOR))
    return arn


def chain(role: Role, into: str) -> Any:
    """Give DynamoDB as a session sees it into which another chained."""
    sts = role.session(1, service="sts")
    return with_keys(sts.assume_role(RoleArn=into, RoleSessionName="next")["Credentials"])


@pytest.mark.parametrize("minutes", [0, 1, 30, 61])
def test_what_a_session_chained_into_late_is_denied_until_it_is_dead(role: Role, next_role: str, minutes: int) -> None:
    chained, now = chain(role, next_role), utc_now()
    assert works(chained)
    issued = now - timedelta(minutes=59)
    revoked = Revocation(Target.SESSION, session_id(1), issued + ISSUE_MARGIN, "alice", revoked_at=now)
    role.revoke(revoked, now=now + timedelta(minutes=minutes))
    assert not works(chained)


@pytest.mark.parametrize(("target", "name"), [(Target.USER, "alice"), (Target.PROFILE, "prod"), (Target.ALL, "")])
def test_a_cutoff_reaches_what_its_sessions_chained_into(role: Role, next_role: str, target: Target, name: str) -> None:
    chained, now = chain(role, next_role), utc_now()
    role.revoke(Revocation(target, name, now + LATER), now=now)
    assert not works(chained)


def test_people_are_denied_by_their_keys_where_their_names_do_not_fit(role: Role) -> None:
    sessions = [role.session(1), role.session(2, "bob"), role.session(3, "carol")]
    now = utc_now()
    many = [Revocation(Target.USER, f"firstname.lastname{number}@corp.example", now + LATER) for number in range(200)]
    role.revoke(*many, *(Revocation(Target.USER, name, now + LATER) for name in ("alice", "carol")), now=now)
    assert which_work(sessions) == [False, True, False]


def refused(call: Any, **arguments: Any) -> bool:
    try:
        call(**arguments)
    except ClientError as error:
        return "AccessDenied" in error.response["Error"]["Code"]
    return False


def test_an_administrators_session_takes_the_boundary_off_no_protected_role(role: Role, next_role: str) -> None:
    iam = role.session(1, service="iam")
    assert next_role
    for name in ("Prod", "Next"):
        document = json.dumps(TRUST_ALL)
        assert refused(iam.delete_role_permissions_boundary, RoleName=name)
        assert refused(iam.update_assume_role_policy, RoleName=name, PolicyDocument=document)
        assert refused(iam.put_role_policy, RoleName=name, PolicyName="x", PolicyDocument=json.dumps(ADMINISTRATOR))
        assert refused(iam.attach_role_policy, RoleName=name, PolicyArn=role.policy_arn)
        assert refused(iam.put_role_permissions_boundary, RoleName=name, PermissionsBoundary=role.policy_arn)
    now = utc_now()
    role.revoke(Revocation(Target.SESSION, session_id(1), now, "alice"), now=now)
    assert refused(iam.list_roles)


def test_nor_does_it_write_the_kill_switch_or_make_credentials_that_last(role: Role, next_role: str) -> None:
    iam = role.session(1, service="iam")
    assert next_role
    document = json.dumps(ADMINISTRATOR)
    assert refused(iam.create_policy_version, PolicyArn=role.policy_arn, PolicyDocument=document, SetAsDefault=True)
    assert refused(iam.set_default_policy_version, PolicyArn=role.policy_arn, VersionId="v1")
    assert refused(iam.delete_policy, PolicyArn=role.policy_arn)
    client("iam").create_user(UserName="bystander")
    assert refused(iam.create_user, UserName="backdoor")
    assert refused(iam.create_access_key, UserName="bystander")
    assert refused(iam.create_login_profile, UserName="bystander", Password="x" * 12)


def test_it_may_still_look_at_all_of_this(role: Role, next_role: str) -> None:
    iam = role.session(1, service="iam")
    assert iam.get_role(RoleName="Next")["Role"]["Arn"] == next_role
    assert iam.get_policy(PolicyArn=role.policy_arn)["Policy"]


def test_attached_as_a_permission_the_document_gives_nothing(role: Role) -> None:
    iam = client("iam")
    arn = iam.create_role(RoleName="Junior", AssumeRolePolicyDocument=json.dumps(TRUST_ALL))["Role"]["Arn"]
    iam.attach_role_policy(RoleName="Junior", PolicyArn=role.policy_arn)
    keys = client("sts").assume_role(RoleArn=arn, RoleSessionName="junior")["Credentials"]
    assert refused(with_keys(keys, "iam").list_users)
    assert not works(with_keys(keys))


def test_the_boundary_gives_nothing(role: Role) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        role.session(1).put_item(TableName=TABLE, Item={"note": {"S": "1"}})


def test_when_the_document_falls_back_to_whole_users_it_ends_no_less(role: Role) -> None:
    sessions = [role.session(1), role.session(2), role.session(3, "bob")]
    now = utc_now()
    many = [Revocation(Target.SESSION, session_id(number), now + LATER, "alice") for number in range(2, 400)]
    role.revoke(*many, now=now)
    assert which_work(sessions) == [False, False, True]
