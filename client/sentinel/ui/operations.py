"""The operations that the console may have the client make: those of Sentinel's API, and nothing else of the server."""

import re
from typing import Final

# No id begins with a dot: on its way, a step `..` could become the path of something else.
_ID: Final = r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}"
# A test compares them with the OpenAPI documents.
_PATHS: Final = {
    "GET": (
        "/profiles",
        "/v1/whoami",
        "/v1/groups",
        "/v1/requests",
        f"/v1/requests/{_ID}",
        "/v1/break-glass",
        f"/v1/break-glass/{_ID}",
        "/v1/sessions",
        f"/v1/sessions/{_ID}",
        "/v1/lockouts",
        "/v1/kill-switch",
    ),
    "POST": (
        "/v1/requests",
        f"/v1/requests/{_ID}/(?:approve|deny|cancel)",
        "/v1/break-glass",
        f"/v1/break-glass/{_ID}/(?:close|review)",
        f"/v1/sessions/{_ID}/revoke",
        "/v1/revocations",
        f"/v1/revocations/{_ID}/continue",
        "/v1/lockouts",
        "/v1/kill-switch/sync",
        "/v1/explain",
    ),
    "DELETE": ("/v1/lockouts",),
}
_ALLOWED: Final = {method: re.compile("|".join(f"(?:{path})" for path in paths)) for method, paths in _PATHS.items()}


def is_operation(method: str, path: str) -> bool:
    """Whether the console may make this call. A vend is not one: the page never has credentials."""
    allowed = _ALLOWED.get(method)
    return allowed is not None and allowed.fullmatch(path) is not None
