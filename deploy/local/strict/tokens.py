"""One ClientRequestToken, one body. This needs state across requests, as DynamoDB has it.

Source: DynamoDB API reference, TransactWriteItems: a token is remembered for ten minutes, and with other parameters it
fails with IdempotentParameterMismatch. The documentation makes no exception for a cancelled transaction.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from deploy.local.strict.context import AwsRequest

_PARAMETER: Final = "ClientRequestToken"
_TOKEN_LIFE_S: Final = 600.0


@dataclass(slots=True)
class SeenTokens:
    """The body each token came with, and when it was last seen; `clock` returns seconds."""

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
