"""A request as it arrived, not decoded, because the signature covers the bytes; and its verified caller."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import unquote_to_bytes


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
        return tuple(_decode_pairs(self.query))

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


def _decode_pairs(query: str) -> Iterable[tuple[str, str]]:
    for pair in query.split("&"):
        if pair:
            name, _, value = pair.partition("=")
            yield decode(name), decode(value)


def decode(text: str) -> str:
    """Percent-decode a query's name or value."""
    return unquote_to_bytes(text.replace("+", " ")).decode("utf-8", errors="replace")
