"""A server that cannot be reached: the error says why, and holds nothing of a proxy's password."""

import errno
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey
from yarl import URL

from sentinel.connections import unreachable
from sentinel.remote_server import RemoteServer

SERVER = cast("RemoteServer", SimpleNamespace(base="https://api.example", host="api.example"))
KEY = ConnectionKey("api.example", 443, True, True, None, None, None)
PROXY = URL("http://user:hunter2@proxy.example:3128")
REQUEST = cast("Any", SimpleNamespace(real_url=PROXY))


@pytest.mark.parametrize(
    ("error", "cause", "remedy"),
    [
        (TimeoutError(), "did not answer in time", "network"),
        (aiohttp.ClientConnectorDNSError(KEY, OSError(-2, "unknown")), "DNS does not know the name", "URL"),
        (aiohttp.ClientConnectorError(KEY, OSError(errno.ECONNREFUSED, "")), "was refused", "host and port"),
        (aiohttp.ClientConnectorError(KEY, OSError(errno.ENETUNREACH, "")), "unreachable", "network"),
        (aiohttp.ClientConnectorSSLError(KEY, OSError(1, "handshake")), "TLS failed", "AWS_CA_BUNDLE"),
        (aiohttp.ClientConnectorCertificateError(KEY, Exception()), "is not trusted here", "AWS_CA_BUNDLE"),
        (aiohttp.ClientProxyConnectionError(KEY, OSError(errno.ECONNREFUSED, "")), "the proxy", "HTTPS_PROXY"),
        (aiohttp.ClientHttpProxyError(REQUEST, (), status=407, message=str(PROXY)), "407", "HTTPS_PROXY"),
        (aiohttp.ServerDisconnectedError(str(PROXY)), "ServerDisconnectedError", "service is up"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_the_error_names_the_cause_and_a_remedy(error: Any, cause: str, remedy: str) -> None:
    found = unreachable(SERVER, error)
    assert cause in found.message
    assert remedy in found.hint
    assert "hunter2" not in f"{found.message}{found.hint}"
