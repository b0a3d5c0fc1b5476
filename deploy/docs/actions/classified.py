"""Which guard rail denies each action that changes something, or why none needs to, and the tables that say so."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from deploy.docs.actions.reference import SERVICES, load_reference
from deploy.markdown import table

FILE: Final = Path(__file__).parents[3] / "docs" / "actions" / "classified.toml"
_ActionNames = Annotated[tuple[str, ...], Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Covered(_Strict):
    """Actions that the statement `by` denies: to an administrator, or to a vended session where it says so."""

    by: str
    tried: str
    who: Annotated[Literal["an administrator", "a vended session"], Field(alias="as")] = "an administrator"
    checked: bool = True
    keys: Mapping[str, str] = {}
    actions: _ActionNames


class Open(_Strict):
    """Actions that no statement denies, with the reason."""

    why: Annotated[str, Field(pattern=r"^[A-Z][^|\n]+[.]$")]
    actions: _ActionNames


_FILE: Final = TypeAdapter(dict[str, tuple[Covered | Open, ...]])


def load_classified() -> Mapping[str, tuple[Covered | Open, ...]]:
    """Load the groups of actions, by service.

    Raises:
        pydantic.ValidationError: the file does not say what it must; the place is named.

    """
    return _FILE.validate_python(tomllib.loads(FILE.read_text(encoding="utf-8")))


def render_guardrails() -> str:
    """Write the tables of docs/guardrails.md."""
    classified = load_classified()
    parts = [f"From the {load_reference().source}."]
    for service in SERVICES:
        rows = _rows(classified[service])
        parts += [f"### `{service}`", table(("denied by, or why not", "actions"), rows)]
    return "\n\n".join(parts)


def _rows(groups: Iterable[Covered | Open]) -> Iterator[tuple[str, str]]:
    """One row a statement and a reason: what it was tried on is the test's business."""
    found: dict[str, set[str]] = {}
    for group in groups:
        found.setdefault(_reason(group), set()).update(group.actions)
    yield from ((reason, ", ".join(sorted(actions))) for reason, actions in found.items())


def _reason(group: Covered | Open) -> str:
    if isinstance(group, Open):
        return group.why
    return f"`{group.by}`" + (", to a vended session" if group.who == "a vended session" else "")
