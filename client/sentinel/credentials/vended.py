"""Vended credentials: the service's answer, and the two formats AWS SDKs read.

Source: AWS SDKs and Tools Reference Guide, "Container credential provider" and "Process credential provider".
"""

from datetime import UTC, datetime, timedelta
from typing import Final

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
