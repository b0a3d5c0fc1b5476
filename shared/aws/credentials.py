"""Credentials that do not show themselves."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NoReturn

from pydantic import SecretStr


@dataclass(frozen=True, slots=True)
class Credentials:
    """What STS issued. `expires_at` is UTC; `token_use_percent` how much of a token's largest size is used, if known.

    The secret and the token are `SecretStr`: they show as asterisks in a repr, a format and `asdict`, and leave only
    through `get_secret_value()`, in the places that write the response and open a client.
    """

    access_key_id: str
    secret_access_key: SecretStr
    session_token: SecretStr
    expires_at: datetime
    token_use_percent: int | None = field(default=None, compare=False)

    def client_arguments(self) -> dict[str, str]:
        """Spell the credentials the way a client is opened with them; what comes back is the secret itself."""
        return {
            "aws_access_key_id": self.access_key_id,
            "aws_secret_access_key": self.secret_access_key.get_secret_value(),
            "aws_session_token": self.session_token.get_secret_value(),
        }

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled, which would write the secrets out."""
        raise TypeError("credentials are never pickled or copied to another process")
