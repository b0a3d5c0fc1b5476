"""The files of the console, and the headers with which a browser runs and loads nothing else.

The document names the others by the hash of their content, so they may be kept for ever; the document itself is not
kept. They are written by `make console` (deploy/console) and committed: no server needs a build.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

DOCUMENT: Final = "index.html"
_TYPES: Final = {"css": "text/css", "html": "text/html", "js": "text/javascript", "svg": "image/svg+xml"}
_DIGEST_LENGTH: Final = 12
# Nothing inline, nothing from elsewhere, no HTML from text (Trusted Types), in no frame.
_DIRECTIVES: Final = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "'none'",
}
POLICY: Final = "; ".join(f"{name} {value}" for name, value in _DIRECTIVES.items())
HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_NOT_KEPT: Final = "no-store"


def headers_for(connects_to: Sequence[str]) -> Mapping[str, str]:
    """Give the headers of a page that may also send requests to these origins, which are not checked here."""
    allowed = " ".join(("connect-src 'self'", *connects_to))
    return {**HEADERS, "Content-Security-Policy": POLICY.replace("connect-src 'self'", allowed)}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file, and the headers to send it with."""

    body: bytes
    content_type: str
    headers: Mapping[str, str]


@cache
def load_assets() -> Mapping[str, Asset]:
    """Load all files by the names under which they are served; the document is `index.html`."""
    folder = files(__package__).joinpath("static")
    bodies = {each.name: each.read_bytes() for each in folder.iterdir() if each.name.rpartition(".")[2] in _TYPES}
    names = {name: _hashed(name, body) for name, body in bodies.items() if name != DOCUMENT}
    document = bodies[DOCUMENT].decode()
    for name, hashed in names.items():
        document = document.replace(name, hashed)
    bodies[DOCUMENT] = document.encode()
    return {names.get(name, name): _asset(name, body) for name, body in bodies.items()}


@cache
def load_style() -> str:
    """Load the style sheet as it is written, for pages that are files of their own."""
    return files(__package__).joinpath("static", "app.css").read_text(encoding="utf-8")


def _hashed(name: str, body: bytes) -> str:
    stem, _, ending = name.rpartition(".")
    return f"{stem}-{hashlib.sha256(body).hexdigest()[:_DIGEST_LENGTH]}.{ending}"


def _asset(name: str, body: bytes) -> Asset:
    ending = name.rpartition(".")[2]
    kept = _NOT_KEPT if name == DOCUMENT else _FOR_EVER
    return Asset(body, f"{_TYPES[ending]}; charset=utf-8", {**HEADERS, "Cache-Control": kept})
