"""Asking STS whose credentials signed a proof: the request is rebuilt from constants, the answer is not trusted either.

What could go wrong here has gone wrong elsewhere: a verifier that forwarded what a client composed, or that parsed any
answer leniently, was led to take an attacker's text for STS's word (CVE-2020-16250, CVE-2022-2385).
"""

import re
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as ET

from aiohttp import ClientError as HttpError
from aiohttp import ClientSession, ClientTimeout, StreamReader

from shared.aws.errors import ThrottledError, UnavailableError, UnreadableError
from shared.aws.sts_endpoints import StsEndpoint
from shared.core.proof import BODY, Proof, rebuild_headers

_TIMEOUT: Final = ClientTimeout(total=3, connect=1)
_MAX_ANSWER_BYTES: Final = 8192
_NAMESPACE: Final = "{https://sts.amazonaws.com/doc/2011-06-15/}"
_CODE: Final = re.compile(rb"<Code>(\w{1,64})</Code>")
_OK, _BAD_REQUEST, _FORBIDDEN, _TOO_MANY, _SERVER_ERROR = 200, 400, 403, 429, 500


@dataclass(frozen=True, slots=True)
class VerifiedIdentity:
    """Who signed, by STS's word."""

    arn: str
    account: str


@dataclass(frozen=True, slots=True)
class NotProven:
    """STS does not know the credentials, they have expired, or they signed something else."""


class CallerIdentity:
    """Asks STS, over a session of our own: botocore would sign what must be sent as it was signed elsewhere."""

    def __init__(self, http: ClientSession) -> None:
        """Use `http`, which must neither follow redirects of its own accord nor read proxies from the environment."""
        self._http = http

    async def verify(
        self,
        proof: Proof,
        endpoint: StsEndpoint,
        *,
        api_id: str,
        binding: str | None,
    ) -> VerifiedIdentity | NotProven:
        """Have STS verify that the proof's key signed GetCallerIdentity for this API.

        Raises:
            AwsError: STS did not say, or its answer is not STS's.

        """
        headers = rebuild_headers(proof, endpoint.host, api_id, binding)
        try:
            async with self._http.post(
                endpoint.url,
                data=BODY.encode(),
                headers={**headers, "accept": "text/xml", "accept-encoding": "identity"},
                allow_redirects=False,
                timeout=_TIMEOUT,
            ) as response:
                body = await _read_capped(response.content)
                return _judge(response.status, response.content_type, body)
        except (HttpError, OSError, TimeoutError) as error:
            raise UnavailableError("sts", f"GetCallerIdentity: {type(error).__name__}") from None


async def _read_capped(content: StreamReader) -> bytes:
    body = b""
    async for chunk in content.iter_any():
        body += chunk
        if len(body) > _MAX_ANSWER_BYTES:
            raise UnreadableError("sts", "the answer to GetCallerIdentity is too large to be STS's")
    return body


def _judge(status: int, content_type: str, body: bytes) -> VerifiedIdentity | NotProven:
    if status == _OK:
        return parse_identity(content_type, body)
    code = match[1].decode() if (match := _CODE.search(body)) else "no code"
    if status == _TOO_MANY or code in ("Throttling", "ThrottlingException", "RequestLimitExceeded"):
        raise ThrottledError("sts", f"GetCallerIdentity answered {code} ({status})")
    if status in (_BAD_REQUEST, _FORBIDDEN):
        return NotProven()
    if status >= _SERVER_ERROR:
        raise UnavailableError("sts", f"GetCallerIdentity answered {code} ({status})")
    raise UnreadableError("sts", f"GetCallerIdentity answered {status}, which STS does not")


def parse_identity(content_type: str, body: bytes) -> VerifiedIdentity:
    """Read STS's answer, and nothing that only looks like it (STS API reference, GetCallerIdentity).

    Raises:
        UnreadableError: another type, another root, a declaration, or not exactly one ARN and one account.

    """
    if content_type != "text/xml":
        raise UnreadableError("sts", "the answer to GetCallerIdentity is not text/xml")
    # STS writes neither declarations nor comments nor CDATA; each is a way to make two parsers read two things.
    try:
        text = body.decode()
        if "<!" in text:
            raise UnreadableError("sts", "the answer to GetCallerIdentity holds a declaration")
        root = ET.fromstring(text)  # noqa: S314 - without declarations there are no entities to expand
    except (ET.ParseError, UnicodeDecodeError):
        raise UnreadableError("sts", "the answer to GetCallerIdentity is not XML") from None
    results = root.findall(f"{_NAMESPACE}GetCallerIdentityResult")
    if root.tag != f"{_NAMESPACE}GetCallerIdentityResponse" or len(results) != 1:
        raise UnreadableError("sts", "the answer is not GetCallerIdentity's")
    texts = [[element.text or "" for element in root.iter(f"{_NAMESPACE}{name}")] for name in ("Arn", "Account")]
    if [len(found) for found in texts] != [1, 1]:
        raise UnreadableError("sts", "the answer to GetCallerIdentity names not exactly one identity")
    return VerifiedIdentity(arn=texts[0][0], account=texts[1][0])
