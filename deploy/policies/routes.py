"""The API's routes: those with IAM authorization, the same for both kinds of API, those of each token issuer, and those
of the hosted console and of Slack, which are open to anyone.
"""

from dataclasses import dataclass, replace
from typing import Final

from services.admin.api import ENDPOINTS
from shared.edge.public_files import CONSOLE
from shared.edge.slack_requests import SLACK_ROUTE

ISSUER_PREFIX: Final = "/as/"
"""Below it, the routes of each issuer."""

_INCIDENTS: Final = frozenset({"sessions", "revocations", "lockouts", "kill-switch"})


@dataclass(frozen=True, slots=True)
class Route:
    """A method, a path and their function.

    The calls of an incident (sessions, revocations, lockouts, the kill switch) have their own routes and throttling
    limits, because API Gateway throttles by route (HTTP APIs) and by method (REST APIs): other traffic could use up the
    limit of the common route below /v1. A REST API has no other method below their paths, so they are complete.
    """

    method: str
    path: str
    function: str
    is_of_incidents: bool = False

    @property
    def key(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def source(self) -> str:
        """Return the route's part of API Gateway's source ARN, below the stage."""
        method = "*" if self.method == "ANY" else self.method
        return f"{method}{self.path}"


ROUTES: Final = (
    Route("GET", "/", "vend"),
    Route("POST", "/", "vend"),
    Route("GET", "/profiles", "vend"),
    Route("ANY", "/v1/{proxy+}", "admin"),
    *(
        Route(call.method, call.path, "admin", is_of_incidents=True)
        for call in ENDPOINTS
        if call.path.split("/")[2] in _INCIDENTS
    ),
)


CONSOLE_ROUTES: Final = (Route("GET", CONSOLE, "admin"), Route("GET", f"{CONSOLE}/{{proxy+}}", "admin"))
"""Without authorization, on an HTTP API with a hosted console: a browser gets the page before anyone signs in.

`{proxy+}` also matches `/console/`, where the page is. What is requested there are files, the same for everyone.
"""
CONSOLE_SOURCE: Final = "GET/console*"
"""Their part of API Gateway's source ARN, below the stage."""
CONSOLE_RATE: Final = 20
CONSOLE_BURST: Final = 40
"""Throttling limits of each, in requests per second: what anyone may send cannot start many copies of the function."""


SLACK_ROUTES: Final = (Route(SLACK_ROUTE.partition(" ")[0], SLACK_ROUTE.partition(" ")[2], "admin"),)
"""Without authorization, on an HTTP API with Slack: the function verifies the signature before it reads a request."""
SLACK_RATE: Final = 20
SLACK_BURST: Final = 40


def issuer_routes(issuer: str) -> tuple[Route, ...]:
    """Return the routes of an HTTP API that admit the tokens of one issuer: the same operations, below `/as/<issuer>`.

    `{proxy+}` directly below the prefix also matches the prefix with a slash at its end, which cannot be a route of its
    own (API Gateway refuses such a route key). What is no operation of the vend function, that function refuses.
    """
    prefix = f"{ISSUER_PREFIX}{issuer}"
    return (
        Route("ANY", prefix, "vend"),
        Route("ANY", f"{prefix}/{{proxy+}}", "vend"),
        *(replace(route, path=f"{prefix}{route.path}") for route in ROUTES if route.function == "admin"),
    )
