"""The remote server: Sentinel's base URL, and what its host name says about how to sign for it."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

from sentinel.aws_hosts import region_of_api, region_of_function_url


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
