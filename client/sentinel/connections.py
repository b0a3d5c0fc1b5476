"""How this machine connects: whose certificates TLS trusts, which proxy is used, and what a failure is called."""

import errno
import os
import ssl
from typing import Final

import aiohttp
from botocore.httpsession import ProxyConfiguration
from botocore.utils import get_environ_proxies

from sentinel.errors import ServiceUnreachableError, UsageError
from sentinel.paths import expand
from sentinel.remote_server import RemoteServer
from shared.tls import modern

# A catalogue of a thousand profiles is well under it.
_ANSWER_LIMIT: Final = 1 << 20
_BUNDLE_HINT: Final = (
    "if a proxy of your company's ends TLS, name its certificates (PEM) in AWS_CA_BUNDLE, "
    "or in `ca_bundle` of your AWS profile"
)
_PROXY_HINT: Final = "check HTTPS_PROXY; a host that needs no proxy belongs into NO_PROXY"


def open_http(
    ca_bundle: str | None, timeout: aiohttp.ClientTimeout, *, auto_decompress: bool = True
) -> aiohttp.ClientSession:
    """Open an HTTP client that trusts `ca_bundle` (None: what the system trusts) and keeps no cookies.

    Raises:
        UsageError: the bundle cannot be read.

    """
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(ssl=tls_context(ca_bundle)),
        timeout=timeout,
        auto_decompress=auto_decompress,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": "sentinel-client"},
    )


def unreachable(server: RemoteServer, error: aiohttp.ClientError | OSError) -> ServiceUnreachableError:
    """Name what went wrong with a connection, by the kind of error alone."""
    match error:
        case TimeoutError():
            return ServiceUnreachableError(f"{server.base} did not answer in time", "try again; check the network")
        case aiohttp.ClientConnectorCertificateError():
            return ServiceUnreachableError(f"{server.base} shows a certificate that is not trusted here", _BUNDLE_HINT)
        case aiohttp.ClientHttpProxyError():
            return ServiceUnreachableError(
                f"{server.base} cannot be reached: the proxy answered {error.status}", _PROXY_HINT
            )
        case aiohttp.ClientProxyConnectionError():
            return ServiceUnreachableError(f"{server.base} cannot be reached: the proxy does not answer", _PROXY_HINT)
        case aiohttp.ClientConnectorDNSError():
            return ServiceUnreachableError(
                f"{server.base} cannot be reached: DNS does not know the name {server.host}",
                "compare the URL with the one of your platform team; a private API has a name only inside its network",
            )
        case aiohttp.ClientSSLError():
            return ServiceUnreachableError(f"{server.base} cannot be reached: TLS failed", _BUNDLE_HINT)
        case aiohttp.ClientConnectorError() if error.errno == errno.ECONNREFUSED:
            return ServiceUnreachableError(
                f"{server.base} cannot be reached: the connection was refused",
                "nothing listens there: check host and port of the URL, and HTTPS_PROXY if you need a proxy",
            )
        case _:
            return ServiceUnreachableError(
                f"{server.base} cannot be reached: {_kind(error)}",
                "check the URL, the network, and that the service is up",
            )


def _kind(error: aiohttp.ClientError | OSError) -> str:
    """Name an error by its errno, or by its class: its text may hold a URL with a password."""
    number = error.errno if isinstance(error, OSError) else None
    return type(error).__name__ if number is None else os.strerror(number)


def tls_context(ca_bundle: str | None) -> ssl.SSLContext:
    """Trust the certificates of a file, or what the system trusts.

    Raises:
        UsageError: the file cannot be read.

    """
    if not ca_bundle:
        from truststore import SSLContext  # noqa: PLC0415 - loads the system's frameworks: only for a connection

        return modern(SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    path = expand(ca_bundle)
    try:
        return modern(ssl.create_default_context(cafile=path))
    except OSError as error:
        raise UsageError(
            f"{path}: no certificates can be read: {error.strerror}",
            "name a file of certificates (PEM) in AWS_CA_BUNDLE, or in `ca_bundle` of your AWS profile",
        ) from None


def proxy_for(server: RemoteServer) -> str | None:
    """Find the proxy AWS tools use. aiohttp's own lookup reads ~/.netrc too and would overwrite the signature."""
    return None if server.is_loopback else proxy_for_url(server.base)


def proxy_for_url(url: str) -> str | None:
    """Find the proxy AWS tools would use for a URL."""
    proxy: str | None = ProxyConfiguration(get_environ_proxies(url)).proxy_url_for(url)
    return proxy


async def read_capped(content: aiohttp.StreamReader) -> bytes:
    """Read a whole answer.

    Raises:
        ServiceUnreachableError: it is larger than any answer of Sentinel or of an identity provider.

    """
    body = await read_at_most(content, _ANSWER_LIMIT)
    if body is None:
        raise ServiceUnreachableError("the remote server's answer is too large to be Sentinel's")
    return body


async def read_at_most(content: aiohttp.StreamReader, limit: int) -> bytes | None:
    """Read a whole body, in however many pieces it comes; None where it is longer than `limit` bytes."""
    body = b""
    async for piece in content.iter_any():
        body += piece
        if len(body) > limit:
            return None
    return body
