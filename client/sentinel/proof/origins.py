"""Where a proof may be sent: to one origin, in the clear only on loopback."""

from typing import Final
from urllib.parse import urlsplit

from sentinel.remote_server import is_loopback

_SCHEMES: Final = {"https": "https", "wss": "https", "http": "http", "ws": "http"}
_PORTS: Final = {"https": 443, "http": 80}


class UnsafeUrlError(ValueError):
    """No proof is sent to such a URL. The message names the host and repeats nothing else of it."""


def safe_origin(url: str) -> str:
    """Name the scheme, host and port of a URL in one spelling, for instance `https://orders.example:443`.

    Raises:
        UnsafeUrlError: not https (http is for loopback only), or a URL with a user name in it.

    """
    try:
        parts = urlsplit(url)
        scheme, port = _SCHEMES.get(parts.scheme, ""), parts.port
    except ValueError:
        raise UnsafeUrlError("not a URL") from None
    host = parts.hostname or ""
    if not scheme or not host or not host.isascii() or "\\" in parts.netloc:
        raise UnsafeUrlError("write the URL like https://abc123.execute-api.eu-central-1.amazonaws.com/orders")
    if parts.username is not None:
        raise UnsafeUrlError(f"the URL of {host} has a user name in it, and the proof takes its place: leave it out")
    if scheme == "http" and not is_loopback(host):
        raise UnsafeUrlError(f"{host} is asked over http, which sends the session token in the clear: use https")
    return f"{scheme}://{host}:{_PORTS[scheme] if port is None else port}"
