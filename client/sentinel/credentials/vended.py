"""Vended credentials: the service's answer, the formats AWS SDKs read, and when held credentials are renewed.

Source: AWS SDKs and Tools Reference Guide, "Container credential provider" and "Process credential provider".
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SecretStr

# `+00:00` in place of `Z` breaks the JavaScript and Rust SDKs.
_INSTANT: Final = "%Y-%m-%dT%H:%M:%SZ"


class VendedCredentials(BaseModel):
    """Temporary credentials of one session. The secret and the token are hidden in every repr and error."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    access_key_id: str = Field(alias="AccessKeyId", pattern=r"^[A-Za-z0-9]{4,128}$")
    secret_access_key: SecretStr = Field(alias="SecretAccessKey", min_length=1, max_length=256)
    token: SecretStr = Field(alias="Token", min_length=1, max_length=8192)
    expires_at: AwareDatetime = Field(alias="Expiration")
    account_id: str | None = Field(alias="AccountId", default=None)
    session_id: str | None = Field(alias="SessionId", default=None)

    def remaining(self, now: datetime) -> timedelta:
        return self.expires_at - now

    def as_container_answer(self) -> dict[str, str]:
        """Write what a container credential endpoint answers.

        No `Code`: the Rust SDK reads any but `Success` as an error.
        """
        return self._key() | {"Token": self.token.get_secret_value()} | self._account()

    def as_process_answer(self) -> dict[str, str | int]:
        """Write what a `credential_process` prints; here the token is named `SessionToken`."""
        return {"Version": 1, **self._key(), "SessionToken": self.token.get_secret_value(), **self._account()}

    def as_service_answer(self) -> dict[str, str]:
        """Write the service's own answer again, as the cache keeps it."""
        return self.as_container_answer() | ({"SessionId": self.session_id} if self.session_id else {})

    def _key(self) -> dict[str, str]:
        return {
            "AccessKeyId": self.access_key_id,
            "SecretAccessKey": self.secret_access_key.get_secret_value(),
            "Expiration": self.expires_at.astimezone(UTC).strftime(_INSTANT),
        }

    def _account(self) -> dict[str, str]:
        return {"AccountId": self.account_id} if self.account_id else {}


CHECK_EVERY: Final = timedelta(minutes=1)
# Refusals by which the profile is no longer this caller's. After any other one (a grant used up, throttling, an expired
# login) held credentials serve to their end, as they were granted.
WITHDRAWN: Final = frozenset({"denied", "locked_out", "unknown_caller", "not_found", "not_permitted"})


@dataclass(frozen=True, slots=True)
class Held:
    """Credentials, when they were vended, and when the service last confirmed their session (UTC).

    `credentials`, `exec` and `serve` hold them by one rule:

    - Valid credentials are kept.
    - In the last third of their life, and at most `ahead` of their end, new ones are requested. If the service refuses
      (the grant is used up, it throttles) or cannot be reached, the held ones serve on.
    - They are dropped when the service no longer gives the profile to this caller, and when it reports, asked at most
      once a minute, that the session is revoked or that its profile now leads to another role.
    """

    credentials: VendedCredentials
    vended_at: datetime
    checked_at: datetime

    @classmethod
    def new(cls, credentials: VendedCredentials, now: datetime) -> Self:
        return cls(credentials, now, now)

    def is_valid(self, now: datetime) -> bool:
        return now < self.credentials.expires_at

    def wants_renewal(self, now: datetime, ahead: timedelta) -> bool:
        """Whether to request new ones; `ahead` is the longest time before the end."""
        life = self.credentials.expires_at - self.vended_at
        return self.credentials.remaining(now) <= min(ahead, life / 3)

    def wants_check(self, now: datetime) -> bool:
        """Whether to ask the service about the session."""
        return self.credentials.session_id is not None and now - self.checked_at >= CHECK_EVERY

    def checked(self, now: datetime) -> Self:
        return replace(self, checked_at=now)
