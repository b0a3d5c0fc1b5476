"""Getting the bytes of a team file: from a path, or by https without redirects, cookies or credentials."""

import hashlib
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from sentinel.connections import open_http, proxy_for_url
from sentinel.errors import ClientError, UsageError
from sentinel.team.document import SIZE_LIMIT

_TIMEOUT: Final = aiohttp.ClientTimeout(total=30, connect=8)
_OK: Final = 200


class UnreachableFileError(ClientError):
    """The team file cannot be had."""

    code = "unreachable"


def is_url(source: str) -> bool:
    return "://" in source


def without_query(source: str) -> str:
    """Return what may be shown and kept of a source: the query of a URL can hold a signature."""
    return source.partition("?")[0] if is_url(source) else str(Path(source).absolute())


def check_digest(content: bytes, sha256: str | None) -> str:
    """Return the SHA-256 of the content.

    Raises:
        UsageError: it is not the expected one.

    """
    found = hashlib.sha256(content).hexdigest()
    if sha256 is not None and found != sha256.lower():
        raise UsageError("the team file has another SHA-256 than --sha256 says", f"it has {found}")
    return found


def read_file(path: Path) -> bytes:
    """Read a file.

    Raises:
        UsageError: it cannot be read, or is too large.

    """
    try:
        with path.open("rb") as file:
            return _capped(file.read(SIZE_LIMIT + 1), str(path))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", "name a file, or a URL that begins with https://") from None


async def fetch(url: str, ca_bundle: str | None) -> bytes:
    """Get a URL's content.

    Raises:
        UsageError: it is not an https URL, or the content is too large.
        UnreachableFileError: it is not answered with the file itself.

    """
    shown = _check(url)
    try:
        async with (
            open_http(ca_bundle, _TIMEOUT) as http,
            http.get(URL(url, encoded=True), allow_redirects=False, proxy=proxy_for_url(url)) as response,
        ):
            if response.status != _OK:
                hint = "redirects are not followed: name the URL of the file itself" if response.status < 400 else ""  # noqa: PLR2004 - the class of errors
                raise UnreachableFileError(f"{shown} answered HTTP {response.status}", hint)
            content = b""
            async for chunk in response.content.iter_any():
                content = _capped(content + chunk, shown)
            return content
    except (aiohttp.ClientError, OSError) as error:
        raise UnreachableFileError(
            f"{shown} cannot be reached: {type(error).__name__}", "check the URL, the network and the certificate"
        ) from None


def _check(url: str) -> str:
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:
        named = False
        parts = urlsplit("")
    if not named or parts.scheme != "https" or not url.isascii() or not url.isprintable() or " " in url:
        raise UsageError("a team file is a local file, or a URL that begins with https://")
    if parts.username is not None:
        raise UsageError("the URL has a user name in it, which is not sent", "leave it out")
    return without_query(url)


def _capped(content: bytes, shown: str) -> bytes:
    if len(content) > SIZE_LIMIT:
        raise UsageError(f"{shown}: too large to be a team file")
    return content
