"""The keys that requests are signed with, and Signature Version 4 for the only kind of request: a POST to `/`.

Hooks: `session.get_credentials()`, and `get_frozen_credentials()` and `refresh_needed()` of what it gives. The
signature uses none: `botocore.auth.SigV4Auth`, which a property-based test compares every signature with, takes seven
times as long even with a derived key, because it builds a mail message of headers for every request. IAM User Guide,
"Create a signed AWS API request".
"""

import asyncio
import hashlib
import hmac
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from aiobotocore.session import AioSession
from botocore.credentials import ReadOnlyCredentials, RefreshableCredentials
from botocore.exceptions import BotoCoreError

from shared.aws.client.protocol import NoKeysError

# Lambda may give keys that expire in 16 minutes, and the same ones again for a while, which the library would fetch
# again at every signature. So found keys are used for this long, in seconds, or until they expire.
_BETWEEN_LOOKS_S: Final = 30.0
_FAILURES: Final = (BotoCoreError, LookupError, OSError, RuntimeError, TypeError, ValueError)
# The library logs the endpoint's response to a failed fetch there.
logging.getLogger("aiobotocore.credentials").disabled = True


class Keys:
    """The keys of one session; the library fetches them 10 to 15 minutes before their end."""

    def __init__(self, open_session: Callable[[], AioSession], monotonic: Callable[[], float]) -> None:
        """Use `open_session` for the first session, and again after `forget`. `monotonic` gives seconds."""
        self._open_session, self._monotonic, self._lock = open_session, monotonic, asyncio.Lock()
        self._source: Any = None
        self._keys: ReadOnlyCredentials | None = None
        self._looked_at_s = 0.0

    async def current(self) -> ReadOnlyCredentials:
        """Give the keys; concurrent callers share one fetch.

        Raises:
            NoKeysError: no keys are available.

        """
        if self._is_due():
            async with self._lock:
                if self._is_due():
                    await self._look()
        return self._keys

    def forget(self) -> None:
        """Drop the keys, so that the next use fetches others, as a restored process must."""
        self._source = self._keys = None

    def _is_due(self) -> bool:
        if self._keys is None or not isinstance(self._source, RefreshableCredentials):
            return self._keys is None
        return self._monotonic() - self._looked_at_s >= _BETWEEN_LOOKS_S or bool(self._source.refresh_needed(1))

    async def _look(self) -> None:
        self._looked_at_s = self._monotonic()
        try:
            self._source = self._source or await self._open_session().get_credentials()
            self._keys = await self._source.get_frozen_credentials()
        except _FAILURES as error:
            # Keys are used until they expire if the next ones cannot be fetched.
            if self._keys is None or self._source.refresh_needed(1):
                raise NoKeysError(f"no keys were given: {type(error).__name__}") from None


_ALGORITHM: Final = "AWS4-HMAC-SHA256"
# The basic format of ISO 8601 has no separators.
_BASIC: Final = {ord("-"): None, ord(":"): None}


class Signer:
    """Signs requests to one host, as the Host header has it, for one service and region."""

    def __init__(self, host: str, service: str, region: str) -> None:
        self._host, self._service, self._region = host, service, region
        self._keyed = lru_cache(maxsize=1)(self._start)

    def sign(self, headers: Mapping[str, str], body: bytes, keys: Any, now: datetime) -> dict[str, str]:
        """Give the headers to send, names in lower case: those given, all signed, and the signature's own.

        `keys` has `access_key`, `secret_key` and `token`; `now` is UTC.
        """
        instant = f"{now.isoformat()[:19].translate(_BASIC)}Z"
        signed = {name.lower(): " ".join(value.split()) for name, value in headers.items()}
        signed |= {"host": self._host, "x-amz-date": instant}
        if keys.token:
            signed["x-amz-security-token"] = keys.token
        names = sorted(signed)
        lines, joined = "".join(f"{name}:{signed[name]}\n" for name in names), ";".join(names)
        request = f"POST\n/\n\n{lines}\n{joined}\n{hashlib.sha256(body).hexdigest()}"
        scope = f"{instant[:8]}/{self._region}/{self._service}/aws4_request"
        # A copy of an HMAC with the key: OpenSSL takes longer to look SHA-256 up than to compute it.
        mac = self._keyed(keys.secret_key, instant[:8]).copy()
        mac.update(f"{_ALGORITHM}\n{instant}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}".encode())
        credential = f"Credential={keys.access_key}/{scope}, SignedHeaders={joined}"
        signed["authorization"] = f"{_ALGORITHM} {credential}, Signature={mac.hexdigest()}"
        return signed

    def _start(self, secret_key: str, day: str) -> hmac.HMAC:
        return hmac.new(derive_key(secret_key, day, self._region, self._service), digestmod="sha256")


def derive_key(secret_key: str, day: str, region: str, service: str) -> bytes:
    """Derive the key that signs a day's requests; `day` is `20261124`, UTC."""
    key = f"AWS4{secret_key}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
