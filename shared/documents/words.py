"""Schema errors as messages for the author of a document."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, get_args

from pydantic import AliasChoices, ValidationError
from pydantic_core import ErrorDetails

from shared.core.fields import DocumentModel
from shared.documents.document import Path, suggest

_QUOTED: Final = re.compile(r"'([^']*)'")
# What to write for a key that may not be left out.
_REMEDIES: Final = {
    "version": 'write version: "1"',
    "conditions": "write what must hold, or {} for everyone",
    "effect": "write allow, deny or require_approval",
    "name": "write a name no other rule has",
    "role_arn": "write the ARN of the role of this profile",
}
_MAPPING: Final = "must be a mapping of keys to values"
_PLAIN: Final[Mapping[str, str]] = {
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "dict_type": _MAPPING,
    "tuple_type": "must be a list, even of one: [value]",
    "list_type": "must be a list, even of one: [value]",
    "bool_type": "must be true or false, without quotes",
    "bool_parsing": "must be true or false, without quotes",
    "string_type": "must be text: put it in quotes",
    "string_pattern_mismatch": "holds a character, or has a shape, that is not allowed here",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "int_parsing": "must be a whole number",
}


def describe(error: ValidationError, value: Any, model: type[DocumentModel]) -> Iterator[tuple[Path, str]]:
    """Yield the path of each problem in a document's value, and a message with the remedy."""
    for details in error.errors(include_url=False, include_context=True):
        # pydantic marks a key that is wrong, rather than its value.
        path: Path = tuple(step for step in details["loc"] if step != "[key]")
        if details["type"] == "too_short" and _value_at(value, path):
            continue  # the list exists; its items could not be read, and each is a problem of its own
        yield path, _message(details, path, value, model)


def _message(details: ErrorDetails, path: Path, value: Any, model: type[DocumentModel]) -> str:
    kind, context = details["type"], details.get("ctx", {})
    match kind:
        case "value_error":
            return details["msg"].removeprefix("Value error, ")
        case "extra_forbidden":
            return _unknown_key(path, model)
        case "missing":
            return f"missing: {_REMEDIES.get(str(path[-1]), 'this key must be written')}"
        case "literal_error" | "enum":
            return _not_one_of(_value_at(value, path), context["expected"])
        case "too_short":
            return "an empty list matches nothing: list something, or remove the key"
        case "string_too_short":
            return "may not be empty"
        case "string_too_long":
            return f"at most {context['max_length']} characters"
        case "greater_than_equal" | "less_than_equal" | "greater_than" | "less_than":
            return details["msg"].removeprefix("Input ").lower()
        case _:
            return _PLAIN.get(kind, "cannot be read here")


def _unknown_key(path: Path, model: type[DocumentModel]) -> str:
    known = _keys_at(model, path[:-1])
    hint = suggest(str(path[-1]), known)
    return f"unknown key{hint or '; known here: ' + ', '.join(known)}"


def _not_one_of(written: object, expected: str) -> str:
    allowed = _QUOTED.findall(expected)
    return f"must be one of {', '.join(allowed)}{suggest(str(written), allowed)}"


def _value_at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def _keys_at(model: type[DocumentModel], path: Path) -> list[str]:
    """List the keys that may be written at a path, each in its current spelling."""
    for step in path:
        if isinstance(step, str):
            model = _model_within(_field_annotation(model, step)) or model
    return [_spelling(name, field.validation_alias) for name, field in model.model_fields.items()]


def _field_annotation(model: type[DocumentModel], key: str) -> Any:
    return next(
        (
            field.annotation
            for name, field in model.model_fields.items()
            if _spelling(name, field.validation_alias) == key
        ),
        None,
    )


def _model_within(annotation: Any) -> type[DocumentModel] | None:
    """Find the model inside `tuple[Rule, ...]`, `Hours | None` and the like."""
    if isinstance(annotation, type) and issubclass(annotation, DocumentModel):
        return annotation
    return next(filter(None, map(_model_within, get_args(annotation))), None)


def _spelling(name: str, alias: str | AliasChoices | object | None) -> str:
    if isinstance(alias, AliasChoices):
        return str(alias.choices[0])
    return alias if isinstance(alias, str) else name
