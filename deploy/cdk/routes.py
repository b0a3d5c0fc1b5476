"""What both kinds of API share: the routes, each with IAM authorization, and the fields of the access log."""

import json
from dataclasses import dataclass
from typing import Final

from deploy.policies.caller import INCIDENT_ROUTES


@dataclass(frozen=True, slots=True)
class Route:
    """A method, a path and their function. Incident routes have their own throttling limits."""

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
    *(Route(method, path, "admin", is_of_incidents=True) for method, path in INCIDENT_ROUTES),
)


# Caller and outcome. No query strings and no headers, which may contain a token.
ACCESS_LOG_FORMAT: Final = json.dumps(
    {
        "request_id": "$context.requestId",
        "time": "$context.requestTime",
        "source_ip": "$context.identity.sourceIp",
        "user_agent": "$context.identity.userAgent",
        "account": "$context.identity.accountId",
        "caller": "$context.identity.userArn",
        "method": "$context.httpMethod",
        "path": "$context.path",
        "status": "$context.status",
        "latency_ms": "$context.responseLatency",
        "integration_error": "$context.integration.error",
    },
)
