"""The URL of an API behind Sentinel's authorizer, and what its host says of the API."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from sentinel.errors import UsageError
from sentinel.remote_server import RemoteServer, api_id_of, parse_remote_server, region_of_api

_API_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class ProtectedUrl:
    """A URL that is asked as it is written. `target` is path and query; `region` None where the host names none."""

    url: str
    target: str
    server: RemoteServer
    api_id: str
    region: str | None


def parse_protected_url(text: str, api_id: str | None) -> ProtectedUrl:
    """Read the URL of a request, with its query; the host names the API where it is API Gateway's own.

    Raises:
        UsageError: no proof may be sent there, or the API's id is not known.

    """
    try:
        # Escapes are the API's business; the scheme and the host are ours.
        parts = urlsplit(text)
        server = parse_remote_server(f"{parts.scheme}://{parts.netloc}")
    except ValueError as error:
        raise UsageError(f"the URL: {error}") from None
    if parts.fragment or not text.isascii() or not text.isprintable() or " " in text:
        raise UsageError("the URL: write it escaped, in plain ASCII, without a fragment")
    found = api_id or api_id_of(server.host)
    if found is None:
        raise UsageError(f"the host {server.host} does not name its API", "pass --api ID")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return ProtectedUrl(text, target, server, check_api_id(found), region_of_api(server.host))


def check_api_id(api_id: str) -> str:
    """Refuse what cannot be an API's id.

    Raises:
        UsageError: it cannot.

    """
    if not _API_ID.fullmatch(api_id):
        raise UsageError(f"{api_id!r} is not an API id", "it is the first part of the API's execute-api host name")
    return api_id
