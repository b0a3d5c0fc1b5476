"""Issuing credentials: one AssumeRole, whose response is checked against the request."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from pydantic import SecretStr

from shared.aws.credentials import Credentials
from shared.aws.errors import RefusedError, UnreadableError, translate_errors
from shared.core.arn import Arn, MalformedArnError, parse_arn, role_name
from shared.core.stamp import TRANSITIVE_TAG_KEYS, Stamp

# How far AWS's clock and ours may differ in the check of an expiration.
_CLOCK_SKEW: Final = timedelta(minutes=5)
# The shortest session, in seconds (STS API reference, AssumeRole).
_SHORTEST_S: Final = 900
_INCOMPLETE: Final = "AssumeRole answered without complete credentials"


class RoleIssuer:
    """Issues the credentials of protected roles."""

    def __init__(self, sts: Any) -> None:
        self._sts = sts

    async def issue(
        self,
        *,
        role_arn: str,
        stamp: Stamp,
        tags: Mapping[str, str],
        duration: timedelta,
        session_policy: str | None,
        now: datetime,
    ) -> Credentials:
        """Assume the role under the stamp.

        `tags` must have the transitive keys; `session_policy` is JSON that limits the session, or None.

        Raises:
            AwsError: STS did not issue, or its response is not for the requested session.

        """
        request: dict[str, Any] = {
            "RoleArn": role_arn,
            "RoleSessionName": str(stamp),
            "SourceIdentity": str(stamp),
            "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
            "TransitiveTagKeys": [key.value for key in TRANSITIVE_TAG_KEYS],
            "DurationSeconds": int(duration.total_seconds()),
        }
        if session_policy is not None:
            request["Policy"] = session_policy
        with translate_errors("sts"):
            answer = await self._sts.assume_role(**request)
        _check_session(answer, role_arn, stamp)
        return _check_credentials(answer, now, duration)


@lru_cache(maxsize=256)
def _sessions_of(role_arn: str) -> Arn:
    """Give the common part of the ARNs of a role's sessions, which has no path (IAM User Guide, "IAM identifiers")."""
    role = parse_arn(role_arn)
    return Arn(role.partition, "sts", "", role.account, f"assumed-role/{role_name(role)}")


def _check_session(answer: Mapping[str, Any], role_arn: str, stamp: Stamp) -> None:
    try:
        session = parse_arn(answer["AssumedRoleUser"]["Arn"])
        sessions = _sessions_of(role_arn)
    except (KeyError, MalformedArnError):
        raise UnreadableError("sts", "AssumeRole answered without a readable session ARN") from None
    expected = replace(sessions, resource=f"{sessions.resource}/{stamp}")
    if session != expected or answer.get("SourceIdentity", str(stamp)) != str(stamp):
        raise RefusedError("sts", "AssumeRole answered with another session than the one asked for")


async def assume_in_account(sts: Any, role_arn: str, session_name: str) -> Credentials:
    """Assume a role of another account for Sentinel's own work there, for the shortest time that STS issues.

    Raises:
        AwsError: STS did not issue.

    """
    with translate_errors("sts"):
        answer = await sts.assume_role(RoleArn=role_arn, RoleSessionName=session_name, DurationSeconds=_SHORTEST_S)
    try:
        return _read_credentials(answer)
    except (KeyError, ValueError):
        raise UnreadableError("sts", _INCOMPLETE) from None


def _read_credentials(answer: Mapping[str, Any]) -> Credentials:
    """Parse the credentials of a response of STS.

    Raises:
        KeyError, ValueError: a part is missing, or the expiration is not an instant.

    """
    issued = answer["Credentials"]
    expires_at = issued["Expiration"]
    if not isinstance(expires_at, datetime) or expires_at.tzinfo is None:
        raise ValueError("an expiration that is no instant")
    return Credentials(
        access_key_id=issued["AccessKeyId"],
        secret_access_key=SecretStr(issued["SecretAccessKey"]),
        session_token=SecretStr(issued["SessionToken"]),
        expires_at=expires_at,
        token_use_percent=_token_use(answer),
    )


def _token_use(answer: Mapping[str, Any]) -> int | None:
    """Parse the size of the token in percent; an older STS counts policy and tags only. It may be absent."""
    said = str(answer.get("SessionTokenUtilization", answer.get("PackedPolicySize", "")))
    return int(said) if said.isascii() and said.isdigit() else None


def _check_credentials(answer: Mapping[str, Any], now: datetime, duration: timedelta) -> Credentials:
    try:
        credentials = _read_credentials(answer)
    except (KeyError, ValueError):
        raise UnreadableError("sts", _INCOMPLETE) from None
    if not now < credentials.expires_at <= now + duration + _CLOCK_SKEW:
        raise RefusedError("sts", "AssumeRole answered with an expiration that was not asked for")
    return credentials
