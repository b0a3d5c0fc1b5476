"""Which function answers what: the same routes in front of both kinds of API, each asking for a signature."""

from dataclasses import dataclass
from typing import Final

from deploy.cdk.names import construct_name
from deploy.policies.incident import INCIDENT_ROUTES


@dataclass(frozen=True, slots=True)
class Route:
    """A method and a path, and the function behind them. Those of incidents are throttled by themselves."""

    method: str
    path: str
    function: str
    is_of_incidents: bool = False

    @property
    def key(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def construct_id(self) -> str:
        return construct_name(self.key)

    @property
    def source(self) -> str:
        """Give the part of the ARN, below the stage, by which API Gateway names the route when it invokes."""
        method = "*" if self.method == "ANY" else self.method
        return f"{method}{self.path}"


ROUTES: Final = (
    Route("GET", "/", "vend"),
    Route("POST", "/", "vend"),
    Route("GET", "/profiles", "vend"),
    Route("ANY", "/v1/{proxy+}", "admin"),
    *(Route(method, path, "admin", is_of_incidents=True) for method, path in INCIDENT_ROUTES),
)
