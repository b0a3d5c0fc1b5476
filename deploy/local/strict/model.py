r"""Checks a request against botocore's own service model: required, lengths, ranges, patterns and enums, recursively.

botocore itself checks only what is required, the types, and minimum lengths; AWS checks the rest. `\w` is read as
ASCII: for the names that use it, STS's documentation lists "upper- and lower-case alphanumeric characters".
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

import regex
from botocore.model import OperationModel, Shape

_TYPES: Final[Mapping[str, type | tuple[type, ...]]] = {
    "structure": Mapping,
    "list": (list, tuple),
    "map": Mapping,
    "string": str,
    "integer": int,
    "long": int,
}


def find_model_violations(params: Mapping[str, Any], operation: OperationModel) -> Iterator[str]:
    """List every place where the parameters violate the operation's input model, without their values."""
    shape = operation.input_shape
    if shape is not None:
        yield from _check(operation.name, params, shape)


def _check(place: str, value: Any, shape: Shape) -> Iterator[str]:
    if not _has_type(value, shape):
        yield f"{place} is not a {shape.type_name}"
        return
    match shape.type_name:
        case "structure":
            yield from _check_structure(place, value, shape)
        case "list":
            yield from _check_bounds(place, len(value), shape, "items")
            for index, entry in enumerate(value):
                yield from _check(f"{place}[{index}]", entry, shape.member)
        case "map":
            yield from _check_bounds(place, len(value), shape, "entries")
            for key, entry in value.items():
                yield from _check(f"{place} key", key, shape.key)
                yield from _check(f"{place}.{key}", entry, shape.value)
        case "string":
            yield from _check_text(place, value, shape)
        case "blob" if isinstance(value, (bytes, str)):
            yield from _check_bounds(place, len(value), shape, "bytes")
        case "integer" | "long" | "float" | "double":
            yield from _check_bounds(place, value, shape, "")


def _has_type(value: Any, shape: Shape) -> bool:
    return isinstance(value, _TYPES.get(shape.type_name, object))


def _check_structure(place: str, value: Mapping[str, Any], shape: Shape) -> Iterator[str]:
    for name in shape.required_members:
        # botocore fills idempotency tokens in after this check.
        if name not in value and not shape.members[name].metadata.get("idempotencyToken"):
            yield f"{place}.{name} is required"
    for name, entry in value.items():
        if name in shape.members and entry is not None:
            yield from _check(f"{place}.{name}", entry, shape.members[name])


def _check_text(place: str, value: str, shape: Shape) -> Iterator[str]:
    yield from _check_bounds(place, len(value), shape, "characters")
    if shape.enum and value not in shape.enum:
        yield f"{place} is not one of {', '.join(shape.enum)}"
    pattern = shape.metadata.get("pattern")
    compiled = _compile(pattern) if pattern else None
    if compiled is not None and not compiled.fullmatch(value):
        yield f"{place} does not match {pattern}"


def _check_bounds(place: str, size: float, shape: Shape, unit: str) -> Iterator[str]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and size < low:
        yield f"{place} is {size} {unit}, under the minimum of {low}"
    if high is not None and size > high:
        yield f"{place} is {size} {unit}, over the maximum of {high}"


@cache
def _compile(pattern: str) -> regex.Pattern[str] | None:
    """Compile a model's pattern; None for the few in another language's dialect, which are not checked."""
    # ASCII letters would bind `\p{L}` too; no pattern has both.
    flags = regex.ASCII if r"\w" in pattern and r"\p" not in pattern else 0
    try:
        return regex.compile(pattern, flags)
    except regex.error:
        return None
