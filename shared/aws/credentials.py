"""Temporary credentials; secrets never appear in repr, format or pickle."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NoReturn

from pydantic import SecretStr


@dataclass(frozen=True, slots=True)
class Credentials:
    """Credentials from STS. `expires_at` is UTC; `token_use_percent` is the token size, of its maximum, if known.

    The secret and the token are `SecretStr`: they are asterisks in a repr, a format and `asdict`. Only the code that
    writes the response or opens a client calls `get_secret_value()`.
    """

    access_key_id: str
    secret_access_key: SecretStr
    session_token: SecretStr
    expires_at: datetime
    token_use_percent: int | None = field(default=None, compare=False)

    def client_arguments(self) -> dict[str, str]:
        """Give the credentials as arguments of a client; the result contains the secrets in plain text."""
        return {
            "aws_access_key_id": self.access_key_id,
            "aws_secret_access_key": self.secret_access_key.get_secret_value(),
            "aws_session_token": self.session_token.get_secret_value(),
        }

    def __reduce__(self) -> NoReturn:
        """Refuse pickling, which would write the secrets."""
        raise TypeError("credentials are never pickled or copied to another process")
