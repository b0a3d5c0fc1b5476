"""Signature Version 4 for the only kind of request used here: a POST to `/` without a query.

The signing key of a day is derived once. `botocore.auth.SigV4Auth`, which a property-based test compares every
signature with, takes seven times as long even with a derived key: it builds a mail message of headers for every
request. Uses no hook of the library. IAM User Guide, "Create a signed AWS API request".
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

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
