"""Verifying with STS who signed a proof: the request is rebuilt from constants, the response parsed strictly.

Verifiers that forwarded a client's request, or parsed responses leniently, have accepted an attacker's text as a
response of STS (CVE-2020-16250, CVE-2022-2385).
"""

import re
from collections.abc import Collection, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from shared.aws.client.http import Http
from shared.aws.client.library import find_partition
from shared.aws.client.protocol import Reply, TooLargeError
from shared.aws.clients import Observe
from shared.aws.errors import THROTTLING_CODES, ThrottledError, UnavailableError, UnreadableError
from shared.core.proof import BODY, Proof, rebuild_headers


@dataclass(frozen=True, slots=True)
class StsEndpoint:
    """A regional endpoint; `host` is in the Host header of a request, and so in its signature."""

    url: str
    host: str


class StsEndpoints:
    """Endpoints of one partition. An emulator's URL, if there is one, replaces all of them."""

    def __init__(self, region: str, emulator: str | None = None, *, accepted: Collection[str] | None = None) -> None:
        """Use the partition of `region`, the function's own, and of it the `accepted` regions, or all.

        Raises:
            LookupError: no partition has such a region, or an accepted one is in another.

        """
        # Known regions only, so that a caller cannot make Sentinel resolve an arbitrary host.
        self._partition = find_partition(region)
        # The function's own may be newer than the known names.
        known = self._partition.regions | {region}
        if accepted is not None and (others := sorted(set(accepted) - known)):
            raise LookupError(f"{others[0]!r} is no region of the partition that {region} lies in")
        self._regions = known if accepted is None else known & set(accepted)
        self._emulator = emulator

    def find(self, region: str) -> StsEndpoint | None:
        """Give the endpoint of a region; None for one that is not accepted."""
        if region not in self._regions:
            return None
        if self._emulator is not None:
            return StsEndpoint(f"{self._emulator.rstrip('/')}/", urlsplit(self._emulator).netloc)
        host = f"sts.{region}.{self._partition.suffix}"
        return StsEndpoint(f"https://{host}/", host)


_MAX_ANSWER_BYTES: Final = 8192
_NAMESPACE: Final = "{https://sts.amazonaws.com/doc/2011-06-15/}"
_XML: Final = '<?xml version="1.0" encoding="UTF-8"?>'
_CODE: Final = re.compile(rb"<Code>(\w{1,64})</Code>")
# Permanent errors of STS (STS API reference, "Common errors"). Any other refusal may be temporary.
_FINAL_CODES: Final = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidClientTokenId",
        "SignatureDoesNotMatch",
    },
)
_OK, _BAD_REQUEST, _FORBIDDEN, _TOO_MANY, _SERVER_ERROR = 200, 400, 403, 429, 500


@dataclass(frozen=True, slots=True)
class VerifiedIdentity:
    """Who signed, as verified by STS."""

    arn: str
    account: str


@dataclass(frozen=True, slots=True)
class NotProven:
    """STS does not know the credentials, they have expired, or they signed something else.

    `is_final`: STS will refuse the same proof again.
    """

    is_final: bool


class CallerIdentity:
    """Calls STS without `AwsClient`, which would sign a request that must be sent with the proof's signature."""

    def __init__(self, http: Http, timeout_s: float, observe: Observe = nullcontext) -> None:
        """Use open connections, waiting `timeout_s` seconds at most. `observe` is entered around every call by name."""
        self._http = http
        self._timeout_s = timeout_s
        self._observe = observe

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
            AwsError: STS did not decide, or the response is not from STS.

        """
        headers = rebuild_headers(proof, endpoint.host, api_id, binding)
        try:
            with self._observe("sts.GetCallerIdentity"):
                return _judge(await self._ask_again(endpoint.url, headers))
        except TooLargeError:
            raise _unreadable("is too large to be STS's") from None
        except OSError as error:
            raise UnavailableError("sts", f"GetCallerIdentity: {type(error).__name__}") from None

    async def _ask_again(self, url: str, headers: Mapping[str, str]) -> Reply:
        """Send once more if the connection had closed, as after Lambda froze the process, or STS failed."""
        try:
            reply = await self._ask(url, headers)
        except ConnectionError:
            pass
        else:
            if reply.status < _SERVER_ERROR:
                return reply
        return await self._ask(url, headers)

    async def _ask(self, url: str, headers: Mapping[str, str]) -> Reply:
        sent = {**headers, "accept": "text/xml", "accept-encoding": "identity"}
        return await self._http.post(
            url,
            sent,
            BODY.encode(),
            timeout_s=self._timeout_s,
            largest=_MAX_ANSWER_BYTES,
        )


def _judge(reply: Reply) -> VerifiedIdentity | NotProven:
    status, body = reply.status, reply.body
    if status == _OK:
        content_type = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
        return parse_identity(content_type, body)
    code = match[1].decode() if (match := _CODE.search(body)) else "no code"
    if status == _TOO_MANY or code in THROTTLING_CODES:
        raise ThrottledError("sts", f"GetCallerIdentity answered {code} ({status})")
    if status in (_BAD_REQUEST, _FORBIDDEN):
        return NotProven(is_final=code in _FINAL_CODES)
    if status >= _SERVER_ERROR:
        raise UnavailableError("sts", f"GetCallerIdentity answered {code} ({status})")
    raise _unreadable(f"has status {status}, which STS does not give")


def parse_identity(content_type: str, body: bytes) -> VerifiedIdentity:
    """Parse a response of STS, strictly (STS API reference, GetCallerIdentity).

    Raises:
        UnreadableError: another type or root, other markup, or not exactly one ARN and one account.

    """
    if content_type != "text/xml":
        raise _unreadable("is not text/xml")
    try:
        text = body.decode()
        # STS writes no DTDs, comments, CDATA or instructions; with each, two parsers may read different data. Zero
        # bytes too: expat reads them as UTF-16, in which all of these look different.
        if "\0" in text or "<!" in text or "<?" in text.removeprefix(_XML):
            raise _unreadable("holds markup that STS does not write")
        root = ET.fromstring(text)  # noqa: S314 - without a DTD there are no entities to expand
    except (ET.ParseError, UnicodeDecodeError):
        raise _unreadable("is not XML") from None
    if root.tag != f"{_NAMESPACE}GetCallerIdentityResponse":
        raise _unreadable("has another root")
    return VerifiedIdentity(arn=_only_text(root, "Arn"), account=_only_text(root, "Account"))


def _only_text(root: ET.Element, name: str) -> str:
    """Give the text of the only element of this name: in the result, nowhere else, and without children."""
    found = list(root.iter(f"{_NAMESPACE}{name}"))
    if len(found) != 1 or found != root.findall(f"{_NAMESPACE}GetCallerIdentityResult/{_NAMESPACE}{name}"):
        raise _unreadable(f"has not exactly one {name}")
    if len(found[0]) or not found[0].text:
        raise _unreadable(f"has an {name} that is not text")
    return found[0].text


def _unreadable(complaint: str) -> UnreadableError:
    return UnreadableError("sts", f"the answer to GetCallerIdentity {complaint}")
