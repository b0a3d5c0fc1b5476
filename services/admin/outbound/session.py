"""HTTPS calls to addresses that an administrator's document names: nothing that answers there is trusted.

A call gets a new connection: none would survive Lambda's freezing of the process.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from ssl import SSLContext
from typing import Final, TypeAlias

import aiohttp
from aiohttp.abc import AbstractResolver
from pydantic import SecretStr
from yarl import URL

from services.admin.outbound.authorities import trusted_authorities
from services.admin.outbound.errors import CallError
from services.admin.outbound.ssrf_guard import InternalAddressError, open_public_socket, open_socket

Session: TypeAlias = aiohttp.ClientSession
Resolver: TypeAlias = AbstractResolver
# As much of an answer as is buffered before anything reads it.
_READ_BUFFER: Final = 1024


def open_session(
    limit_s: float, *, allow_private: bool, tls: SSLContext | None = None, resolver: Resolver | None = None
) -> Session:
    """Open a session whose calls take `limit_s` seconds each, reading included.

    Without `allow_private`, no internal address is connected to, for any host name. `tls` and `resolver` stand in for
    the system's trust store and name resolution, where given.
    """
    connector = aiohttp.TCPConnector(
        ssl=tls or trusted_authorities(),
        resolver=resolver,
        use_dns_cache=False,
        force_close=True,
        socket_factory=open_socket if allow_private else open_public_socket,
    )
    return aiohttp.ClientSession(
        connector=connector,
        timeout=aiohttp.ClientTimeout(total=limit_s),
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        auto_decompress=False,
        read_bufsize=_READ_BUFFER,
    )


def as_written(url: SecretStr) -> URL:
    """Give a URL to call as it is: quoting it again could turn it into another one.

    Raises:
        ValueError: it cannot be used.

    """
    return URL(url.get_secret_value(), encoded=True)


@contextmanager
def naming_failures() -> Iterator[None]:
    """Turn each error of a call into a `CallError` that names its kind: the text of one may hold the URL."""
    try:
        yield
    except TimeoutError:
        raise CallError("no answer in time", may_pass=True) from None
    except aiohttp.ClientSSLError:
        raise CallError("its certificate is not trusted, or TLS failed") from None
    except aiohttp.ClientConnectorError as error:
        if isinstance(error.os_error, InternalAddressError):
            raise CallError("its address is internal; its document does not allow that") from None
        raise CallError("no connection", may_pass=True) from None
    except ValueError:
        raise CallError("its URL cannot be used") from None
    except (aiohttp.ClientError, OSError):
        raise CallError("the connection broke, or what answered was not HTTP", may_pass=True) from None
