"""Rules about more than one request: they need state, as DynamoDB and Parameter Store have it."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from deploy.local.strict.context import AwsRequest

_PARAMETER: Final = "ClientRequestToken"
_TOKEN_LIFE_S: Final = 600.0
_PUT: Final = ("ssm", "PutParameter")
_STANDARD_BYTES: Final = 4096


@dataclass(slots=True)
class SeenTokens:
    """One ClientRequestToken, one body. Holds each token's body and when it was last seen; `clock` returns seconds.

    Source: DynamoDB API reference, TransactWriteItems: a token is remembered for ten minutes, and with other parameters
    it fails with IdempotentParameterMismatch. The documentation makes no exception for a cancelled transaction.
    """

    clock: Callable[[], float] = time.monotonic
    _seen: dict[str, tuple[str, float]] = field(default_factory=dict)

    def find_violation(self, request: AwsRequest) -> str | None:
        """Refuse a token that came with another body in the last ten minutes; otherwise record it."""
        token = request.params.get(_PARAMETER)
        if token is None:
            return None
        others = {name: value for name, value in request.params.items() if name != _PARAMETER}
        body = json.dumps([request.service, request.operation, others], sort_keys=True, default=str)
        now = self.clock()
        self._seen = {each: seen for each, seen in self._seen.items() if now - seen[1] < _TOKEN_LIFE_S}
        if self._seen.get(token, (body,))[0] != body:
            return f"{request.operation}: the {_PARAMETER} came with another body less than ten minutes ago"
        self._seen[token] = body, now
        return None


@dataclass(slots=True)
class SeenTiers:
    """An advanced parameter stays advanced. Holds the names of those that are.

    Source: Systems Manager User Guide, "Managing parameter tiers": an advanced parameter cannot become a standard one,
    and Intelligent-Tiering creates one for a value that does not fit a standard parameter.
    """

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
