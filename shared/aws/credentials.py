"""Credentials that do not show themselves."""

from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from pydantic import SecretStr


@dataclass(frozen=True, slots=True)
class Credentials:
    """What STS issued. `expires_at` is UTC.

    The secret and the token are `SecretStr`: they show as asterisks in a repr, a format and `asdict`, and leave only
    through `get_secret_value()`, in the one place that writes the response.
    """

    access_key_id: str
    secret_access_key: SecretStr
    session_token: SecretStr
    expires_at: datetime

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled, which would write the secrets out."""
        raise TypeError("credentials are never pickled or copied to another process")
