"""The remote server: Sentinel's base URL, and what its host name says about how to sign for it.

Host names of API Gateway and Function URLs in every partition: API Gateway Developer Guide, "Invoke HTTP APIs" and
"Private APIs"; Lambda Developer Guide, "Function URLs".
"""

import ipaddress
import re
from dataclasses import dataclass
from functools import cache
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

# The suffixes of the aws partition: botocore, which knows all partitions, is slow to load.
_USUAL: Final = frozenset({"amazonaws.com", "api.aws", "on.aws"})
_API: Final = re.compile(r"([a-z0-9]+)((?:-[a-z0-9]+)*)\.execute-api\.([a-z0-9-]+)\.(?:vpce\.)?([a-z0-9.-]+)")
_FUNCTION_URL: Final = re.compile(r"[a-z0-9]+\.lambda-url\.([a-z0-9-]+)\.([a-z0-9.-]+)")
_OF_ENDPOINT: Final = re.compile(r"(?:-vpce-[a-z0-9]+)?")


def region_of_api(host: str) -> str | None:
    """Read the region off an API Gateway host; None for any other host, such as a custom domain."""
    found = _API.fullmatch(host)
    return found[3] if found and _is_of_aws(found[4]) else None


def api_id_of(host: str) -> str | None:
    """Read the API's id off its own host or that of its private endpoint; None if the host names no API."""
    found = _API.fullmatch(host)
    return found[1] if found and _OF_ENDPOINT.fullmatch(found[2]) and _is_of_aws(found[4]) else None


def region_of_function_url(host: str) -> str | None:
    """Read the region off the host of a Function URL; None for any other host."""
    found = _FUNCTION_URL.fullmatch(host)
    return found[1] if found and _is_of_aws(found[2]) else None


def _is_of_aws(suffix: str) -> bool:
    return suffix in _USUAL or suffix in _suffixes()


@cache
def _suffixes() -> frozenset[str]:
    """List the suffixes of every partition; Function URLs are below `on.` where dual-stack APIs are below `api.`."""
    from botocore.loaders import Loader  # noqa: PLC0415 - slow to load

    found: set[str] = set()
    for partition in Loader().load_data("partitions")["partitions"]:
        plain, dual = partition["outputs"]["dnsSuffix"], partition["outputs"]["dualStackDnsSuffix"]
        found |= {plain, dual, f"on.{dual.removeprefix('api.')}"}
    return frozenset(found)


class MalformedServerError(ValueError):
    """The text is not a URL requests can safely be signed for; the message says why."""


@dataclass(frozen=True, slots=True)
class RemoteServer:
    """`base` has no trailing slash; `region` is None where the host does not name one (a custom domain)."""

    base: str
    host: str
    signing_service: str
    region: str | None

    @property
    def is_loopback(self) -> bool:
        return is_loopback(self.host)

    def url(self, path: str, query: dict[str, str]) -> str:
        """Build the exact URL that is signed and sent: spaces are `%20`, as SigV4 wants them."""
        return f"{self.base}{path}" + (f"?{urlencode(query, quote_via=quote, safe='')}" if query else "")


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def parse_remote_server(text: str) -> RemoteServer:
    """Read a base URL such as `https://abc123.execute-api.eu-central-1.amazonaws.com`, with a stage path if it has one.

    Raises:
        MalformedServerError: not https (http is for loopback only), or anything but scheme, host, port and path.

    """
    if not text.isascii() or not text.isprintable() or set(text) & set(' "<>\\^`{|}%'):
        raise MalformedServerError("a URL is plain ASCII without spaces or escapes")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise MalformedServerError("not a URL") from None
    host = parts.hostname or ""
    if not host or parts.scheme not in {"https", "http"}:
        raise MalformedServerError("write it like https://abc123.execute-api.eu-central-1.amazonaws.com")
    if parts.scheme == "http" and not is_loopback(host):
        raise MalformedServerError("http sends credentials in the clear; use https (http is for loopback only)")
    if parts.username is not None or parts.query or parts.fragment:
        raise MalformedServerError("only scheme, host, port and path belong here")
    service, region = _signing(host)
    netloc = (f"[{host}]" if ":" in host else host) + (f":{port}" if port else "")
    return RemoteServer(f"{parts.scheme}://{netloc}{parts.path.rstrip('/')}", host, service, region)


def _signing(host: str) -> tuple[str, str | None]:
    if region := region_of_function_url(host):
        return "lambda", region
    return "execute-api", region_of_api(host)
