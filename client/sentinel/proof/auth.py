"""Proofs for the HTTP libraries people use: one line to add to a session or a client.

    requests:  requests.get(url, auth=RequestsProof(source))
    httpx:     httpx.Client(auth=HttpxProof(source))
    aiohttp:   aiohttp.ClientSession(middlewares=[AiohttpProof(source)])

Each takes a `ProofSource`, which gives a proof to one origin only: that of the first request, or the one it names. A
request to another, by a redirect or not, is sent without. None of the three has to be installed for the others.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sentinel.proof.source import ProofSource

if TYPE_CHECKING:
    from aiohttp import ClientHandlerType, ClientRequest, ClientResponse

_HEADER: Final = "Authorization"


@dataclass(frozen=True, slots=True)
class _HeaderProof:
    source: ProofSource

    def __call__(self, request: Any) -> Any:
        """Add the header. Both libraries drop it when they follow a redirect to another host."""
        return _proven(self.source, request)


class RequestsProof(_HeaderProof):
    """An `auth` of requests: a callable that receives the prepared request (Requests guide, "New Forms")."""

    __slots__ = ()


class HttpxProof(_HeaderProof):
    """An `auth` of httpx: a callable that receives the request (HTTPX guide, "Authentication")."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class AiohttpProof:
    """A client middleware of aiohttp (aiohttp guide, "Client Middleware")."""

    source: ProofSource

    async def __call__(self, request: "ClientRequest", handler: "ClientHandlerType") -> "ClientResponse":
        """Add the header. aiohttp asks a middleware again for each redirect it follows: another origin gets nothing."""
        return await handler(_proven(self.source, request))


def _proven(source: ProofSource, request: Any) -> Any:
    header = source.header_for(str(request.method), str(request.url))
    if header is not None:
        request.headers[_HEADER] = header
    return request
