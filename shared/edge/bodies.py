"""Request bodies: one JSON object, read so that it cannot mean two things."""

import json
from collections.abc import Mapping
from typing import Any, Final

from shared.edge.answers import Refusal
from shared.edge.codes import Code
from shared.edge.requests import HttpRequest

_JSON: Final = "application/json"


class _AmbiguousError(ValueError):
    """A key is written twice, or a number is none of JSON's."""


def parse_json_object(request: HttpRequest) -> Mapping[str, Any] | Refusal:
    """Read the body of a request that must carry a JSON object."""
    if request.content_type.partition(";")[0].strip().lower() != _JSON:
        return _invalid(f"The body must be JSON: send it with the header Content-Type: {_JSON}.")
    try:
        body = json.loads(request.body, object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except _AmbiguousError as error:
        return _invalid(f"The body is ambiguous: {error}.")
    except (ValueError, RecursionError):
        return _invalid('The body is not JSON; send an object such as {"profile": "dev"}.')
    if not isinstance(body, dict):
        return _invalid('The body is not a JSON object; send one such as {"profile": "dev"}.')
    return body


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _AmbiguousError(f"field {name[:64]!a} is written twice")
        found[name] = value
    return found


def _refuse_constant(word: str) -> Any:
    raise _AmbiguousError(f"{word} is not a number JSON knows")


def _invalid(message: str) -> Refusal:
    return Refusal(Code.INVALID_REQUEST, message)
