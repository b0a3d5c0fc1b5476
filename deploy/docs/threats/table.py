"""Reads the threat table, strictly: a key, letter or id that is not known is an error."""

import tomllib
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

PROJECT: Final = Path(__file__).parents[3]
FOLDER: Final = PROJECT / "docs" / "threats"
# Microsoft, "The STRIDE Threat Model".
STRIDE: Final = {
    "S": "spoofing",
    "T": "tampering",
    "R": "repudiation",
    "I": "information disclosure",
    "D": "denial of service",
    "E": "elevation of privilege",
}
# The files in the order of the page; the order is a request's way through the house.
_FILES: Final = ("vend", "aws", "grants", "sessions", "authorizer", "documents", "tables", "client", "build")
# A control is taken away where it lies: in no test, and not in the table.
_FOLDERS: Final = "shared|services|client|tools|deploy/(cdk|definitions|local|packages|policies|terraform)"
_FILES_ALONE: Final = r"deploy/[\w.-]+|Makefile|uv\.lock|\.pre-commit-config\.yaml|\.github/workflows/[\w-]+\.yml"
_PRODUCTION: Final = rf"^({_FOLDERS})/[\w./-]+$|^({_FILES_ALONE})$"
# A whole function of a test module, all of its parameters: tests/<path>.py::[<class>::]<function>.
_TEST_ID: Final = r"^tests/[a-z0-9_/]+\.py(::Test\w+)*::(test_\w+|runTest)$"

Sentence = Annotated[str, Field(min_length=10, pattern=r"^[^|\n]+$")]
ThreatId = Annotated[str, Field(pattern=r"^[A-Z]{3}-[1-9][0-9]?$")]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Threat(_Strict):
    """One row: what could be done, what keeps it from being done, where that is written, and what shows it."""

    id: ThreatId
    stride: Annotated[str, Field(pattern=r"^[STRIDE]{1,6}$")]
    threat: Sentence
    control: Sentence
    code: Annotated[tuple[str, ...], Field(min_length=1)]
    tests: Annotated[tuple[Annotated[str, Field(pattern=_TEST_ID)], ...], Field(min_length=1)]


class Boundary(_Strict):
    """Where trust changes hands."""

    boundary: Sentence
    about: Sentence
    threats: Annotated[tuple[Threat, ...], Field(min_length=1)]


class Accepted(_Strict):
    """What Sentinel does not keep from being done, and what its operators can do about that."""

    risk: Sentence
    why: Sentence
    remedy: Sentence


class Removal(_Strict):
    """How to take a row's control away, or a part of it: a text of a file, and what replaces it.

    `id` is the row's, `what` says what is missing then. `find` must occur exactly once.
    """

    id: ThreatId
    what: Sentence
    file: Annotated[str, Field(pattern=_PRODUCTION)]
    find: Annotated[str, Field(min_length=1)]
    replace: str


class _AcceptedFile(_Strict):
    accepted: tuple[Accepted, ...]


class _RemovalsFile(_Strict):
    removals: tuple[Removal, ...]


def load_boundaries() -> tuple[Boundary, ...]:
    """Load the whole table.

    Raises:
        pydantic.ValidationError: a file does not say what it must; the place is named.

    """
    return tuple(Boundary.model_validate(_load(name)) for name in _FILES)


def load_threats() -> tuple[Threat, ...]:
    """Load the rows alone, in the order of the page."""
    return tuple(threat for boundary in load_boundaries() for threat in boundary.threats)


def load_accepted() -> tuple[Accepted, ...]:
    return _AcceptedFile.model_validate(_load("accepted")).accepted


def load_removals() -> tuple[Removal, ...]:
    """Load the removals of all rows, in the order of the page.

    Raises:
        pydantic.ValidationError: a file does not say what it must; the place is named.
        ValueError: a row declares none, or there is no row of a removal's id.

    """
    files = (_RemovalsFile.model_validate(_load(f"removals/{name}")) for name in _FILES)
    removals = tuple(removal for file in files for removal in file.removals)
    declared, rows = {removal.id for removal in removals}, {threat.id for threat in load_threats()}
    if without := sorted(rows - declared):
        raise ValueError(f"declare in docs/threats/removals how the control is removed of: {', '.join(without)}")
    if strange := sorted(declared - rows):
        raise ValueError(f"docs/threats/removals names rows that are not there: {', '.join(strange)}")
    return removals


def _load(name: str) -> object:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
