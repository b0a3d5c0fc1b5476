"""What an API says of each of its calls. The OpenAPI documents are generated from it, and tests hold answers to it."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from pydantic import BaseModel

from shared.edge.codes import Code

# Any call may meet these before its own work begins.
EVERYWHERE: Final = frozenset({Code.INVALID_REQUEST, Code.UNKNOWN_CALLER, Code.THROTTLED, Code.UNAVAILABLE})


@dataclass(frozen=True, slots=True)
class Call:
    """One call: what it takes, what it answers, and the codes it refuses with beyond those met everywhere.

    `name` is the OpenAPI operation id. The models are those the code itself reads and writes.
    """

    name: str
    method: str
    path: str
    summary: str
    answer: type[BaseModel]
    status: HTTPStatus = HTTPStatus.OK
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    is_body_optional: bool = False
    refusals: frozenset[Code] = frozenset()

    @property
    def codes(self) -> frozenset[Code]:
        return EVERYWHERE | self.refusals
