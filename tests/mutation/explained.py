"""Survivors that were looked at: `docs/mutants.toml` says of each why no test can or should notice it."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from tests.mutation.outcome import Change

FILE: Final = Path(__file__).parents[2] / "docs" / "mutants.toml"
_Text = Annotated[str, Field(min_length=1)]


class Explanation(BaseModel):
    """One survivor: the function, the line before and after, and why it makes no difference that matters."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    function: _Text
    before: str
    after: str
    why: Annotated[str, Field(min_length=10)]

    @property
    def change(self) -> Change:
        return Change(self.function, self.before, self.after)


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    survivor: tuple[Explanation, ...] = ()


def read_explained(file: Path = FILE) -> Mapping[Change, str]:
    """Read why survivors survive, by what they change.

    Raises:
        ValueError: the file is not what it should be, or explains one twice; the message names the place.

    """
    found = _File.model_validate(tomllib.loads(file.read_text(encoding="utf-8"))).survivor
    explained = {each.change: each.why for each in found}
    if len(explained) != len(found):
        raise ValueError(f"{file.name} explains the same change twice")
    return explained
