"""The JSON Schemas of the documents, for editors, of the audit line and of notifications: generated from the models.

What a schema cannot say, such as which globs match no one, `sentinel policy validate` says.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaWarningKind

from deploy.docs.audit import line_model
from deploy.docs.notices import NoticeMessage
from sentinel.policy.cases import Case, Expectation
from sentinel.policy.files import MODELS
from shared.core.fields import DocumentModel

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_NULL: Final = {"type": "null"}
# The Go CLI's spelling, which the loader takes as well.
_EARLIER: Final = ("max_duration", "max_server_duration")


def renderers() -> Mapping[str, Callable[[], str]]:
    """Give, by path below docs/, the function that writes the schema of each kind of document."""
    kinds = {f"schemas/{kind}.schema.json": _renderer(kind, model) for kind, model in MODELS.items()}
    others = {"cases": _render_cases, "audit-line": _render_line, "notice": _render_notice}
    return {**kinds, **{f"schemas/{name}.schema.json": render for name, render in others.items()}}


def _renderer(kind: str, model: type[DocumentModel]) -> Callable[[], str]:
    def render() -> str:
        return _write({**_schema_of(model), "title": f"Sentinel: {kind}"})

    return render


def _render_cases() -> str:
    schema = _schema_of(Case)
    definitions = _plain(schema.pop("$defs"))
    # Of what is expected, null is written: that no rule matched.
    definitions["Expectation"] = _schema_of(Expectation)
    items = {"title": "Sentinel: cases of policy test", "type": "array", "minItems": 1, "items": schema}
    return _written({"$defs": definitions, **_plain(items)})


def _render_line() -> str:
    return _written({**_schema_of(line_model()), "title": "Sentinel: audit line"})


def _render_notice() -> str:
    return _written({**_schema_of(NoticeMessage), "title": "Sentinel: notification"})


class _Quiet(GenerateJsonSchema):
    """Says nothing of defaults that are no JSON: they are left out."""

    ignored_warning_kinds: set[JsonSchemaWarningKind] = {"skipped-choice", "non-serializable-default"}  # noqa: RUF012 - as the base class has it


def _schema_of(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema(schema_generator=_Quiet)


def _write(schema: Mapping[str, Any]) -> str:
    return _written(_plain(schema))


def _written(schema: Mapping[str, Any]) -> str:
    return json.dumps({"$schema": _DIALECT, **schema}, indent=2, sort_keys=True) + "\n"


def _plain(schema: Any) -> Any:
    """Take out null, which no document may have, defaults, whose spelling is Python's, and titles that repeat a key."""
    if isinstance(schema, list):
        return [_plain(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {key: _plain(value) for key, value in schema.items() if key != "default"}
    if isinstance(properties := plain.get("properties"), dict):
        for each in properties.values():
            each.pop("title", None)
        if _EARLIER[0] in properties and "effect" in properties:
            properties[_EARLIER[1]] = {**properties[_EARLIER[0]], "deprecated": True}
    choices = [each for each in plain.get("anyOf", ()) if each != _NULL]
    if len(choices) == 1 and len(plain["anyOf"]) > 1:
        del plain["anyOf"]
        return {**choices[0], **plain}
    return plain
