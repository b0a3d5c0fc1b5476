"""Reads which guard rail denies each action that changes something, or why none needs to."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

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
