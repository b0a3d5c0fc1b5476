"""The audit line's JSON Schema and the tables of docs/audit.md, from the annotations of its fields."""

from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Annotated, Any, Final, Literal, TypeAlias, get_args, get_origin, get_type_hints

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, create_model

from deploy.markdown import table
from shared.core.access.recorded import RecordedCircumstances, RecordedFacts, RecordedGrant
from shared.edge.audit.line import AuditLine

# The type and the meaning of a field, by its name.
_Fields: TypeAlias = dict[str, tuple[Any, str]]
_ALWAYS: Final = (
    "kind",
    "schema_version",
    "time",
    "service",
    "request_id",
    "process",
    "sequence",
    "previous",
    "outcome",
)
_HEAD: Final[_Fields] = {
    "kind": (Literal["sentinel.audit"], "What the line is: functions log metrics, too."),
    "schema_version": (Literal["1"], "Raised when a field changes its meaning; a new field does not raise it."),
}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


@cache
def line_model() -> type[BaseModel]:
    """Give a model that takes the lines which the functions write, and no field besides."""
    grants: Any = list[_model("Grant", _fields(RecordedGrant))]  # type: ignore[misc]
    facts, circumstances = _fields(RecordedFacts), _fields(RecordedCircumstances)
    circumstances["grants"] = (grants | None, circumstances["grants"][1])
    decided, vended = _model("Facts", facts), _model("FactsOfVend", facts | circumstances)
    line = _HEAD | _fields(AuditLine)
    line["facts"] = (vended | decided, line["facts"][1])
    for instant in ("time", "expires_at"):
        line[instant] = (AwareDatetime, line[instant][1])
    return _model("AuditLine", line, optional=line.keys() - set(_ALWAYS))


def render_tables() -> str:
    """Write a table of the line's fields, and one of the facts."""
    meanings: list[tuple[str, Callable[[], _Fields]]] = [
        ("Fields of a line", lambda: _HEAD | _fields(AuditLine)),
        ("`facts`", lambda: _fields(RecordedFacts)),
        ("`facts` of a vend, besides", lambda: _fields(RecordedCircumstances)),
        ("Each of `grants`", lambda: _fields(RecordedGrant)),
    ]
    return "\n\n".join(
        f"### {title}\n\n" + table(("field", "meaning"), ((f"`{name}`", each[1]) for name, each in found().items()))
        for title, found in meanings
    )


def _fields(model: type) -> _Fields:
    hints = get_type_hints(model, include_extras=True)
    return {name: _split(name, hint) for name, hint in hints.items()}


def _split(name: str, hint: Any) -> tuple[Any, str]:
    if get_origin(hint) is not Annotated:
        raise TypeError(f"the field {name} has no meaning: annotate it")
    kind, meaning = get_args(hint)[:2]
    return kind, meaning


def _model(name: str, fields: Mapping[str, tuple[Any, str]], optional: Collection[str] = ()) -> type[BaseModel]:
    described: dict[str, Any] = {
        each: (kind, Field(None if each in optional else ..., description=meaning))
        for each, (kind, meaning) in fields.items()
    }
    return create_model(name, __base__=_Strict, **described)
