"""Where a proof may be sent: to one origin, in the clear only on loopback."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any, Final
from urllib.parse import urlsplit

from botocore.session import Session

from sentinel.proof.make import NoSessionError, SessionCredentials, make_proof
from sentinel.remote_server import is_loopback
from shared.clock import utc_now
from shared.core.proof import LONGEST_LIFE

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


def strip_stage(target: str, stage: str | None) -> str:
    """Return path and query as the API sees them, without the stage: a bound proof covers these."""
    path, mark, query = target.partition("?")
    prefix = f"/{(stage or '').strip('/')}"
    if stage and f"{path}/".startswith(f"{prefix}/"):
        path = path.removeprefix(prefix) or "/"
    return f"{path}{mark}{query}"


def session_credentials() -> SessionCredentials:
    """Find the session an SDK in this process would use: inside `sentinel exec`, the vended one.

    Raises:
        NoSessionError: there are no credentials.

    """
    found: Any = Session().get_credentials()
    if found is None:
        raise NoSessionError("no AWS credentials were found: run this inside `sentinel exec PROFILE -- …`")
    frozen: SessionCredentials = found.get_frozen_credentials()
    return frozen


@dataclass(slots=True)
class ProofSource:
    """Makes the Authorization header for one API at one origin (scheme, host and port).

    `origin` is where the API is (`https://orders.example`); left out, it is that of the first request. A request to any
    other origin, by a redirect or not, gets no proof. `binds_requests` is what the API asks for: then every request
    needs a proof of its own, without the `stage` its URLs begin with (`/prod`). `credentials` is asked whenever a proof
    is made, so a renewed session serves at once. Threads may share a source.

    Raises:
        UnsafeUrlError: no proof may be sent to the origin.

    """

    api_id: str
    region: str
    binds_requests: bool = False
    stage: str = ""
    credentials: Callable[[], SessionCredentials] = session_credentials
    clock: Callable[[], datetime] = utc_now
    origin: str = ""
    _made: tuple[datetime, str] | None = field(default=None, init=False, repr=False)
    _lock: Lock = field(default_factory=Lock, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self.origin = safe_origin(self.origin) if self.origin else ""

    def header_for(self, method: str, url: str) -> str | None:
        """Return the header for a request to an absolute URL; None if its origin is not the first one.

        Raises:
            UnsafeUrlError: it is the first, and no proof may be sent there.

        """
        if not self._is_ours(url):
            return None
        parts = urlsplit(url)
        return self.header(method, f"{parts.path or '/'}?{parts.query}")

    def header(self, method: str, target: str) -> str:
        """Return the header for a request; `target` is its path and query."""
        if self.binds_requests:
            return self._make((method, strip_stage(target, self.stage)))
        made = self._made
        if made is None or self.clock() - made[0] > LONGEST_LIFE / 2:
            self._made = made = self.clock(), self._make(None)
        return made[1]

    def _is_ours(self, url: str) -> bool:
        with self._lock:
            if not self.origin:
                self.origin = safe_origin(url)
        try:
            return safe_origin(url) == self.origin
        except UnsafeUrlError:
            return False

    def _make(self, request: tuple[str, str] | None) -> str:
        return make_proof(self.credentials(), api_id=self.api_id, region=self.region, request=request)
