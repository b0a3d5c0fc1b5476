"""Requests for files, from routes that are open to anyone. Nothing of such a request counts but which file it names."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from shared.edge.events import AcceptedApis

CONSOLE: Final = "/console"
FOLDER_ROUTE: Final = f"GET {CONSOLE}"
FILE_ROUTE: Final = f"GET {CONSOLE}/{{proxy+}}"
_MOST_TEXT: Final = 1000


@dataclass(frozen=True, slots=True)
class FileRequest:
    """A request for a file: `name` is what the route's variable matched, empty for the folder with its slash.

    None is the folder without the slash. The name is any text.
    """

    route: str
    name: str | None
    takes_gzip: bool
    source_ip: str
    user_agent: str


def find_file_request(event: object, accepted: AcceptedApis) -> FileRequest | None:
    """Find a request for a file in an event of an HTTP API; None for any other event, and for one of another API."""
    found, context = _mapping(event), _mapping(_mapping(event).get("requestContext"))
    http = _mapping(context.get("http"))
    if context.get("apiId") not in accepted.api_ids or context.get("accountId") != accepted.account:
        return None
    route = found.get("routeKey")
    if found.get("version") != "2.0" or route not in (FOLDER_ROUTE, FILE_ROUTE) or http.get("method") != "GET":
        return None
    proxy = str(_mapping(found.get("pathParameters")).get("proxy") or "")
    return FileRequest(
        route=str(route),
        name=proxy if route == FILE_ROUTE else None,
        takes_gzip=_takes_gzip(str(_mapping(found.get("headers")).get("accept-encoding") or "")),
        source_ip=str(http.get("sourceIp") or ""),
        user_agent=str(http.get("userAgent") or ""),
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _takes_gzip(header: str) -> bool:
    """Whether `Accept-Encoding` names gzip, and not with a weight of zero."""
    for part in header[:_MOST_TEXT].lower().split(","):
        name, _, weight = part.replace(" ", "").partition(";q=")
        if name == "gzip":
            return weight.strip("0.") != "" or weight == ""
    return False
