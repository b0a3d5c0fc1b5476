"""A request as it arrived, not decoded, because the signature covers the bytes; and its verified caller."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import parse_qsl

from aiohttp import web


@dataclass(frozen=True)
class ReceivedRequest:
    """`target` is the request line's, path and query as sent; header names keep their case."""

    method: str
    target: str
    headers: Sequence[tuple[str, str]] = field(repr=False)
    body: bytes = field(repr=False)
    source_ip: str

    @cached_property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @cached_property
    def query(self) -> str:
        return self.target.partition("?")[2]

    @cached_property
    def query_pairs(self) -> Sequence[tuple[str, str]]:
        """The decoded pairs in their order. A plus is a space; a name alone has an empty value."""
        return parse_qsl(self.query, keep_blank_values=True)

    def header(self, name: str) -> str | None:
        """Return a header's values joined by commas; None if it was not sent."""
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        return ",".join(values) if values else None


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller, once the signature is verified: the identity that API Gateway writes into `requestContext`."""

    access_key_id: str
    account: str
    arn: str
    user_id: str


async def receive(incoming: web.Request) -> ReceivedRequest:
    """Read a request as it arrived."""
    return ReceivedRequest(
        method=incoming.method,
        target=incoming.raw_path,
        headers=[(_text(name), _text(value)) for name, value in incoming.raw_headers],
        body=await incoming.read(),
        source_ip=incoming.remote or "",
    )


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
