"""Signature Version 4 for the callers of a load test: any method, path and query, at the cost of a few hashes.

botocore's signer costs more than the request it signs, and a load generator that is slow measures itself. IAM User
Guide, "Create a signed AWS API request"; a property-based test compares every signature with botocore's.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlsplit

from shared.aws.client.signing import derive_key

_ALGORITHM: Final = "AWS4-HMAC-SHA256"
_SERVICE: Final = "execute-api"
_SAFE: Final = "-_.~"


class CallerSigner:
    """Signs one caller's requests to one API."""

    def __init__(self, access_key_id: str, secret_access_key: str, region: str) -> None:
        self._access_key_id = access_key_id
        self._secret_access_key = secret_access_key
        self._region = region
        self._day, self._key = "", b""

    def sign(self, method: str, url: str, query: Mapping[str, str], body: bytes, now: datetime) -> dict[str, str]:
        """Return the headers to send besides the body's type; `now` is UTC, `url` has no query of its own."""
        parts = urlsplit(url)
        instant = now.strftime("%Y%m%dT%H%M%SZ")
        scope = f"{instant[:8]}/{self._region}/{_SERVICE}/aws4_request"
        request = "\n".join(
            (
                method,
                # Every service but S3 signs the path encoded once more than it is sent.
                quote(parts.path or "/", safe=f"/{_SAFE}"),
                write_query(query),
                f"host:{parts.netloc}\nx-amz-date:{instant}\n",
                "host;x-amz-date",
                hashlib.sha256(body).hexdigest(),
            ),
        )
        to_sign = f"{_ALGORITHM}\n{instant}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
        signature = hmac.digest(self._signing_key(instant[:8]), to_sign.encode(), "sha256").hex()
        credential = f"Credential={self._access_key_id}/{scope}"
        return {
            "X-Amz-Date": instant,
            "Authorization": f"{_ALGORITHM} {credential}, SignedHeaders=host;x-amz-date, Signature={signature}",
        }

    def _signing_key(self, day: str) -> bytes:
        if self._day != day:
            self._day, self._key = day, derive_key(self._secret_access_key, day, self._region, _SERVICE)
        return self._key


def write_query(query: Mapping[str, str]) -> str:
    """Write a query in the order and the encoding that is signed."""
    pairs = sorted((quote(name, safe=_SAFE), quote(value, safe=_SAFE)) for name, value in query.items())
    return "&".join(f"{name}={value}" for name, value in pairs)
