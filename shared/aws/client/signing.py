"""Signature Version 4 for the one form of request there is here: a POST to `/` without a query, its body hashed.

The key of a day is derived once. `botocore.auth.SigV4Auth`, which a property-based test compares every signature with,
takes seven times as long even with such a key: it builds a mail message of headers for every request. Uses no hook of
the library. IAM User Guide, "Create a signed AWS API request".
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

_ALGORITHM: Final = "AWS4-HMAC-SHA256"
# ISO 8601's basic form has neither.
_BASIC: Final = {ord("-"): None, ord(":"): None}


class Signer:
    """Signs requests to one host for one service and region."""

    def __init__(self, host: str, service: str, region: str) -> None:
        """Take the host as it is sent in the Host header: with the port where that is not the scheme's own."""
        self._host = host
        self._service = service
        self._region = region
        self._keyed: tuple[str, str, hmac.HMAC] | None = None

    def sign(self, headers: Mapping[str, str], body: bytes, keys: Any, now: datetime) -> dict[str, str]:
        """Give the headers to send: those given, all signed, and the signature's own.

        `keys` has `access_key`, `secret_key` and `token`; `now` is UTC. Names come back in lower case.
        """
        instant = f"{now.isoformat()[:19].translate(_BASIC)}Z"
        signed = {name.lower(): " ".join(value.split()) for name, value in headers.items()}
        signed |= {"host": self._host, "x-amz-date": instant}
        if keys.token:
            signed["x-amz-security-token"] = keys.token
        names = sorted(signed)
        lines = "".join(f"{name}:{signed[name]}\n" for name in names)
        joined = ";".join(names)
        request = f"POST\n/\n\n{lines}\n{joined}\n{hashlib.sha256(body).hexdigest()}"
        scope = f"{instant[:8]}/{self._region}/{self._service}/aws4_request"
        to_sign = f"{_ALGORITHM}\n{instant}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
        signature = self._start(keys.secret_key, instant[:8])
        signature.update(to_sign.encode())
        credential = f"Credential={keys.access_key}/{scope}"
        signed["authorization"] = (
            f"{_ALGORITHM} {credential}, SignedHeaders={joined}, Signature={signature.hexdigest()}"
        )
        return signed

    def _start(self, secret_key: str, day: str) -> hmac.HMAC:
        """Give a new HMAC under the key of a day, which is the same for every request of that day.

        A copy of one that holds the key already: OpenSSL takes longer to look SHA-256 up than to compute it.
        """
        if self._keyed is None or self._keyed[:2] != (secret_key, day):
            key = derive_key(secret_key, day, self._region, self._service)
            self._keyed = secret_key, day, hmac.new(key, digestmod="sha256")
        return self._keyed[2].copy()


def derive_key(secret_key: str, day: str, region: str, service: str) -> bytes:
    """Derive the key that signs a day's requests; `day` is `20261124`, UTC."""
    key = f"AWS4{secret_key}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
