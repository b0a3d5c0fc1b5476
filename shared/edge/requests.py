"""What a service is asked: one HTTP request, with the caller exactly as the gateway verified it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Caller:
    """Who signed the request, from the request context API Gateway filled. Nothing in it comes from a header or body.

    `source_ip` is the TCP peer the gateway saw; `X-Forwarded-For` is written by clients and never read.
    """

    arn: str
    account: str
    source_ip: str
    user_agent: str
    access_key_id: str


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request behind the gateway. `path` has no stage; a query parameter occurs once; the body is raw bytes."""

    method: str
    path: str
    query: Mapping[str, str]
    caller: Caller
    content_type: str = ""
    body: bytes = field(default=b"", repr=False)
