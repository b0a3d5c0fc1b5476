"""Requests to an identity provider: by https or on loopback, never redirected, limited in size and time.

The library that speaks the protocol posts by `post`, and reads its answers.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol
from urllib.parse import urlencode, urlsplit

import aiohttp
import orjson
from yarl import URL

from sentinel.connections import open_http, proxy_for_url, read_capped
from sentinel.errors import ProviderError
from sentinel.remote_server import is_loopback

_TIMEOUT: Final = aiohttp.ClientTimeout(total=20, connect=8)
_OK: Final = 200
_ERRORS: Final = 400


class _Authentication(Protocol):
    """What the library adds to a request to say which client asks."""

    def prepare(self, method: str, uri: str, headers: dict[str, str], body: str) -> tuple[str, dict[str, str], str]: ...


@dataclass(frozen=True, slots=True)
class ProviderAnswer:
    """An answer, with the names the library uses. Its body can hold tokens."""

    status_code: int
    host: str
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """Parse the body.

        Raises:
            ValueError: it is not JSON.

        """
        return orjson.loads(self.body)

    @property
    def error_code(self) -> str:
        """The protocol's code of a refusal (RFC 6749, section 5.2); empty if absent."""
        try:
            said = self.json() if self.status_code != _OK else None
        except ValueError:
            return ""
        code = said.get("error") if isinstance(said, dict) else None
        return code if isinstance(code, str) else ""

    def raise_for_status(self) -> None:
        """Fail for any status but a success.

        Raises:
            ProviderError: for any other.

        """
        if self.status_code != _OK:
            raise ProviderError(f"the identity provider {self.host} answered HTTP {self.status_code}")


@dataclass(frozen=True, slots=True)
class Connection:
    """Blocks; not for the thread of an event loop. `ca_bundle` as in `open_http`."""

    ca_bundle: str | None = None

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> ProviderAnswer:
        """Ask for a document.

        Raises:
            ProviderError: there is no answer, or a redirect.

        """
        return self._run("GET", url, dict(headers or {}), None)

    def post(
        self,
        url: str,
        data: Mapping[str, str],
        headers: Mapping[str, str] | None = None,
        auth: _Authentication | None = None,
    ) -> ProviderAnswer:
        """Post a form.

        Raises:
            ProviderError: there is no answer, or a redirect.

        """
        body, sent = urlencode(dict(data)), {"Accept": "application/json", **(headers or {})}
        if auth is not None:
            url, sent, body = auth.prepare("POST", url, sent, body)
        return self._run("POST", url, {**sent, "Content-Type": "application/x-www-form-urlencoded"}, body)

    def _run(self, method: str, url: str, headers: dict[str, str], body: str | None) -> ProviderAnswer:
        with asyncio.Runner() as runner:
            return runner.run(self._ask(method, url, headers, body))

    async def _ask(self, method: str, url: str, headers: dict[str, str], body: str | None) -> ProviderAnswer:
        host = check_url(url)
        proxy = None if is_loopback(host) else proxy_for_url(url)
        try:
            async with (
                open_http(self.ca_bundle, _TIMEOUT) as http,
                http.request(
                    method, URL(url, encoded=True), headers=headers, data=body, allow_redirects=False, proxy=proxy
                ) as response,
            ):
                content = await read_capped(response.content)
        except (aiohttp.ClientError, OSError) as error:
            raise ProviderError(
                f"the identity provider {host} cannot be reached: {type(error).__name__}",
                "check oidc_issuer_url, the network, the proxy and the certificate",
            ) from None
        if _OK < response.status < _ERRORS:
            raise ProviderError(f"the identity provider {host} redirects, which is never followed")
        return ProviderAnswer(response.status, host, content)


def check_url(url: str) -> str:
    """Return the host of a URL that secrets may be sent to.

    Raises:
        ProviderError: it is not https (http is for loopback), or holds a user name or a fragment.

    """
    try:
        parts = urlsplit(url)
        host, named = parts.hostname or "", parts.port != 0
    except ValueError:
        parts, host, named = urlsplit(""), "", False
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    if not (named and host and is_safe and url.isascii() and url.isprintable()) or " " in url:
        raise ProviderError("an identity provider is asked over https (http is for loopback only)")
    if parts.username is not None or parts.fragment:
        raise ProviderError("the URL of an identity provider has a user name or a fragment in it")
    return host
