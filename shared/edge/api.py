"""The endpoints of an API: inputs and outputs of each, and the router from method and path to its handler.

The OpenAPI documents are generated from the endpoints, and tests check every response against them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final, Generic, TypeVar

from pydantic import BaseModel

from shared.edge.error_codes import Code

# Any request may get these before its handler runs.
EVERYWHERE: Final = frozenset({Code.INVALID_REQUEST, Code.UNKNOWN_CALLER, Code.THROTTLED, Code.UNAVAILABLE})


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One operation of an API: what it takes and returns, and the codes of its refusals beyond `EVERYWHERE`.

    `name` is the OpenAPI operation id. The models are those the code itself reads and writes.
    """

    name: str
    method: str
    path: str
    summary: str
    response: type[BaseModel]
    status: HTTPStatus = HTTPStatus.OK
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    is_body_optional: bool = False
    refusals: frozenset[Code] = frozenset()

    @property
    def codes(self) -> frozenset[Code]:
        return EVERYWHERE | self.refusals


Target = TypeVar("Target")


@dataclass(frozen=True, slots=True)
class Matched(Generic[Target]):
    """The target at a path, and the values of the template's parameters."""

    target: Target
    parameters: Mapping[str, str] = field(default_factory=dict)


class Router(Generic[Target]):
    """Finds targets by method and path. A literal path takes precedence over a template."""

    def __init__(self, routes: Mapping[tuple[str, str], Target]) -> None:
        self._exact = {key: target for key, target in routes.items() if "{" not in key[1]}
        self._templates = [
            (method, template.split("/"), target) for (method, template), target in routes.items() if "{" in template
        ]

    def find(self, method: str, path: str) -> Matched[Target] | None:
        """Find the target of a method and a path; None if there is no such target. A parameter is never empty."""
        if (method, path) in self._exact:
            return Matched(self._exact[method, path])
        segments = path.split("/")
        for its_method, template, target in self._templates:
            if its_method == method and len(template) == len(segments) and all(map(_fits, template, segments)):
                return Matched(target, dict(_open_segments(template, segments)))
        return None


def _is_open(part: str) -> bool:
    return part.startswith("{") and part.endswith("}")


def _fits(part: str, segment: str) -> bool:
    return segment != "" if _is_open(part) else part == segment


def _open_segments(template: list[str], segments: list[str]) -> Iterator[tuple[str, str]]:
    return ((part[1:-1], segment) for part, segment in zip(template, segments, strict=True) if _is_open(part))
