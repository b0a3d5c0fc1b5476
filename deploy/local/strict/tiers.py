"""An advanced parameter stays advanced. This needs state across requests, as Parameter Store has it.

Source: Systems Manager User Guide, "Managing parameter tiers": an advanced parameter cannot become a standard one, and
Intelligent-Tiering creates one for a value that does not fit a standard parameter.
"""

from dataclasses import dataclass, field
from typing import Final

from deploy.local.strict.context import AwsRequest

_PUT: Final = ("ssm", "PutParameter")
_STANDARD_BYTES: Final = 4096


@dataclass(slots=True)
class SeenTiers:
    """The names of the parameters that are advanced."""

    _advanced: set[str] = field(default_factory=set)

    def find_violation(self, request: AwsRequest) -> str | None:
        """Refuse a standard value for an advanced parameter; otherwise record the parameter's tier."""
        if (request.service, request.operation) != _PUT:
            return None
        name, tier = str(request.params["Name"]), request.params.get("Tier")
        if not request.params.get("Overwrite"):
            self._advanced.discard(name)
        if tier == "Standard" and name in self._advanced:
            return "PutParameter: an advanced parameter cannot become a standard one: name Intelligent-Tiering"
        is_large = len(str(request.params["Value"]).encode()) > _STANDARD_BYTES
        if tier == "Advanced" or (tier == "Intelligent-Tiering" and is_large):
            self._advanced.add(name)
        return None
