import pickle
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.aws.clients import Clients
from shared.aws.credentials import Credentials
from shared.aws.errors import RefusedError, UnreadableError
from shared.aws.sts.assume_role import RoleIssuer
from shared.core.stamp import Stamp, Via, session_tags, stamp_for

ROLE = "arn:aws:iam::123456789012:role/protected/Prod"
STAMP = stamp_for(Via.DIRECT, "0123456789abcdef", "alice")
HOUR = timedelta(hours=1)
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


async def issue(
    sts: Any,
    stamp: Stamp = STAMP,
    duration: timedelta = HOUR,
    policy: str | None = None,
    now: datetime = NOW,
) -> Credentials:
    return await RoleIssuer(sts).issue(
        role_arn=ROLE,
        stamp=stamp,
        tags=session_tags(stamp, user="alice", profile="prod", grant_id=None),
        duration=duration,
        session_policy=policy,
        now=now,
    )


class CannedSts:
    """Answers AssumeRole as configured, and remembers what it was asked."""

    def __init__(self, **changes: Any) -> None:
        self.asked: dict[str, Any] = {}
        self.answer: dict[str, Any] = {
            "Credentials": {
                "AccessKeyId": "ASIAEXAMPLE",
                "SecretAccessKey": "planted-secret",
                "SessionToken": "planted-token",
                "Expiration": NOW + HOUR,
            },
            "AssumedRoleUser": {"Arn": f"arn:aws:sts::123456789012:assumed-role/Prod/{STAMP}"},
        } | changes

    async def assume_role(self, **request: Any) -> dict[str, Any]:
        self.asked = request
        return self.answer


async def test_credentials_are_issued_by_the_emulator(clients: Clients) -> None:
    # The emulator's clock is this machine's.
    now = datetime.now(UTC)  # noqa: TID251 - see above
    credentials = await issue(clients.sts, now=now)
    assert credentials.access_key_id.startswith("ASIA")
    assert now < credentials.expires_at <= now + HOUR + timedelta(minutes=5)


async def test_everything_sts_is_asked_for_carries_the_stamp() -> None:
    sts = CannedSts()
    await issue(sts, policy='{"Version":"2012-10-17"}')
    assert sts.asked == {
        "RoleArn": ROLE,
        "RoleSessionName": str(STAMP),
        "SourceIdentity": str(STAMP),
        "Tags": [
            {"Key": "SentinelSession", "Value": STAMP.session_id},
            {"Key": "SentinelUser", "Value": "alice"},
            {"Key": "SentinelUserKey", "Value": "2bd806c97f0e"},
            {"Key": "SentinelProfile", "Value": "prod"},
            {"Key": "SentinelVia", "Value": "direct"},
        ],
        "TransitiveTagKeys": ["SentinelSession", "SentinelUser", "SentinelUserKey", "SentinelProfile"],
        "DurationSeconds": 3600,
        "Policy": '{"Version":"2012-10-17"}',
    }


async def test_no_session_policy_is_no_parameter() -> None:
    sts = CannedSts()
    await issue(sts)
    assert "Policy" not in sts.asked


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:sts::123456789012:assumed-role/Prod/somebody-else",  # codespell:ignore
        f"arn:aws:sts::123456789012:assumed-role/Other/{STAMP}",
        f"arn:aws:sts::210987654321:assumed-role/Prod/{STAMP}",
        f"arn:aws-cn:sts::123456789012:assumed-role/Prod/{STAMP}",
        "arn:aws:iam::123456789012:role/protected/Prod",
    ],
)
async def test_credentials_of_another_session_are_dropped(arn: str) -> None:
    with pytest.raises(RefusedError, match="another session"):
        await issue(CannedSts(AssumedRoleUser={"Arn": arn}))


async def test_credentials_under_another_source_identity_are_dropped() -> None:
    with pytest.raises(RefusedError, match="another session"):
        await issue(CannedSts(SourceIdentity="somebody-else"))  # codespell:ignore


@pytest.mark.parametrize("offset", [timedelta(0), timedelta(hours=2)])
async def test_an_expiration_that_was_not_requested_is_not_accepted(offset: timedelta) -> None:
    sts = CannedSts()
    sts.answer["Credentials"]["Expiration"] = NOW + offset
    with pytest.raises(RefusedError, match="expiration"):
        await issue(sts)


@pytest.mark.parametrize("missing", ["AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"])
async def test_half_an_answer_is_none(missing: str) -> None:
    sts = CannedSts()
    del sts.answer["Credentials"][missing]
    with pytest.raises(UnreadableError):
        await issue(sts)


async def test_credentials_do_not_show_their_secrets() -> None:
    credentials = await issue(CannedSts())
    shown = f"{credentials} {credentials!r} {asdict(credentials)} {credentials.session_token}"
    assert "planted" not in shown
    assert "ASIAEXAMPLE" in shown
    with pytest.raises(TypeError, match="never pickled"):
        pickle.dumps(credentials)


@pytest.mark.parametrize("expiration", ["soon", "2026-11-23T13:00:00", "", datetime(2026, 11, 23, 13)])  # noqa: DTZ001 - none of them says an offset
async def test_an_expiration_that_is_no_instant_is_unreadable(expiration: object) -> None:
    sts = CannedSts()
    sts.answer["Credentials"]["Expiration"] = expiration
    with pytest.raises(UnreadableError, match="without complete credentials"):
        await issue(sts)


@pytest.mark.parametrize(
    ("said", "used"),
    [
        ({"SessionTokenUtilization": "37", "PackedPolicySize": "6"}, 37),
        ({"PackedPolicySize": "6"}, 6),
        ({}, None),
        ({"SessionTokenUtilization": "lots"}, None),
        ({"SessionTokenUtilization": "-1"}, None),
    ],
)
async def test_how_full_the_token_is_is_read_where_sts_says_it(said: dict[str, str], used: int | None) -> None:
    assert (await issue(CannedSts(**said))).token_use_percent == used
