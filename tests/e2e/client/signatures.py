"""Checks a SigV4 signature on the request as it was received, with botocore's own canonical form."""

import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>\w+)/\d{8}/(?P<region>[\w-]+)/(?P<service>[\w-]+)/aws4_request, "
    r"SignedHeaders=(?P<signed>[\w;-]+), Signature=(?P<signature>[0-9a-f]{64})"
)


@dataclass(frozen=True)
class Signed:
    access_key_id: str
    region: str
    service: str


def verify_signature(request: web.Request, body: bytes, secret_of: Callable[[str], str | None]) -> Signed | None:
    match = _AUTHORIZATION.fullmatch(request.headers.get("Authorization", ""))
    secret = secret_of(match["key"]) if match else None
    if match is None or secret is None:
        return None
    received = AWSRequest(request.method, f"http://{request.host}{request.raw_path}", data=body)
    for name in match["signed"].split(";"):
        received.headers[name] = ",".join(request.headers.getall(name, []))
    received.context["timestamp"] = request.headers.get("X-Amz-Date", "")
    auth = _AsReceived(Credentials(match["key"], secret), match["service"], match["region"], match["signed"])
    expected = auth.signature(auth.string_to_sign(received, auth.canonical_request(received)), received)
    if not hmac.compare_digest(expected, match["signature"]):
        return None
    return Signed(match["key"], match["region"], match["service"])


# botocore has no types, so mypy cannot know the class it extends.
class _AsReceived(SigV4Auth):  # type: ignore[misc]
    def __init__(self, credentials: Credentials, service: str, region: str, signed: str) -> None:
        super().__init__(credentials, service, region)
        self._signed = signed.split(";")

    def headers_to_sign(self, request: AWSRequest) -> object:
        wanted = super().headers_to_sign(request)
        for name in set(wanted.keys()) - set(self._signed):
            del wanted[name]
        return wanted
