"""The threat table: read strictly (a key, letter or id that is not known is an error), and written as pages.

Of it are docs/threat-model.md and the counts in docs/assurance.md.
"""

import tomllib
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from deploy.markdown import table

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
BOUNDARIES: Final = (
    "vend",
    "issuers",
    "tokens",
    "aws",
    "grants",
    "groups",
    "sessions",
    "authorizer",
    "documents",
    "tables",
    "client",
    "console",
    "chat",
    "chat-messages",
    "delivery",
    "build",
)
# A control is taken away where it lies: in no test, and not in the table.
_FOLDERS: Final = (
    "shared|services|client|tools|deploy/(cdk|console|definitions|github-action|local|packages|policies|terraform)"
)
_FILES_ALONE: Final = r"deploy/[\w.-]+|Makefile|uv\.lock|\.pre-commit-config\.yaml|\.github/workflows/[\w-]+\.yml"
_PRODUCTION: Final = rf"^({_FOLDERS})/[\w./-]+$|^({_FILES_ALONE})$"
# A whole function of a test module, all of its parameters: tests/<path>.py::[<class>::]<function>.
_TEST_ID: Final = r"^tests/[a-z0-9_/]+\.py(::Test\w+)*::(test_\w+|runTest)$"
_HEAD: Final = """\
# Threat model

What someone might try at each trust boundary, what keeps them from it, where that is written, and the tests that fail
without it. `make security` runs every test named here and prints one line per threat.

Letters are STRIDE's: {letters}.

Every row also declares, in [docs/threats/removals](threats/removals), how its control can be taken away; the row's own
tests have to notice that. `make security` tries a few of these removals, others for every change, and
`make security REMOVALS=all` every one ([decision 39](decisions/0039-a-control-is-missed.md)).

The rows are in [docs/threats](threats), one file per boundary; this page is made of them by `make pages`. A test
compares the ids with what pytest collected: one that is missing or marked to be skipped fails the suite, and
`make security` fails where one was skipped while it ran.

## Who is trusted with what

| who | trusted with |
|---|---|
| AWS | keeping its promises, over verified TLS; the contents of its answers are checked all the same |
| those who deploy, and those who may write the documents | everything: they decide who gets what |
| the vend Lambda | all protected roles; nothing else may become one |
| the admin Lambda | grants, revocations, the kill switch; it can become no protected role |
| the authorizer Lambda | reading sessions, lockouts and cutoffs |
| a caller | nothing they say about themselves; only what API Gateway verified |
| an API behind the authorizer | not to misuse a proof: a minute at itself, 15 at verifiers of GetCallerIdentity |
| a person's machine | that person's own credentials, and what is vended to them |
"""

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


_ACCEPTED: Final = TypeAdapter(dict[Literal["accepted"], tuple[Accepted, ...]])
_REMOVALS: Final = TypeAdapter(dict[Literal["removals"], tuple[Removal, ...]])


def load_boundaries() -> tuple[Boundary, ...]:
    """Load the whole table.

    Raises:
        pydantic.ValidationError: a file does not say what it must; the place is named.

    """
    return tuple(Boundary.model_validate(_load(name)) for name in BOUNDARIES)


def load_threats() -> tuple[Threat, ...]:
    """Load the rows alone, in the order of the page."""
    return tuple(threat for boundary in load_boundaries() for threat in boundary.threats)


def load_accepted() -> tuple[Accepted, ...]:
    return _ACCEPTED.validate_python(_load("accepted"))["accepted"]


def load_removals() -> tuple[Removal, ...]:
    """Load the removals of all rows, in the order of the page.

    Raises:
        pydantic.ValidationError: a file does not say what it must; the place is named.
        ValueError: a row declares none, or there is no row of a removal's id.

    """
    files = (_REMOVALS.validate_python(_load(f"removals/{name}")) for name in BOUNDARIES)
    removals = tuple(removal for file in files for removal in file["removals"])
    declared, rows = {removal.id for removal in removals}, {threat.id for threat in load_threats()}
    if without := sorted(rows - declared):
        raise ValueError(f"declare in docs/threats/removals how the control is removed of: {', '.join(without)}")
    if strange := sorted(declared - rows):
        raise ValueError(f"docs/threats/removals names rows that are not there: {', '.join(strange)}")
    return removals


def _load(name: str) -> object:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def render_threat_model() -> str:
    """Write the page."""
    letters = ", ".join(f"{letter} {meaning}" for letter, meaning in STRIDE.items())
    accepted = ((each.risk, each.why, each.remedy) for each in load_accepted())
    parts = (
        _HEAD.format(letters=letters),
        *map(_boundary, load_boundaries()),
        f"## What is not kept from happening\n\n{table(('risk', 'why', 'what to do'), accepted)}\n",
    )
    return "\n".join(parts)


def _boundary(boundary: Boundary) -> str:
    rows = table(("id", "", "threat", "control", "code", "tests"), map(_row, boundary.threats))
    return f"## {boundary.boundary}\n\n{boundary.about}\n\n{rows}\n"


def _row(threat: Threat) -> tuple[str, ...]:
    code = "<br>".join(f"[{path}](../{path})" for path in threat.code)
    return threat.id, threat.stride, threat.threat, threat.control, code, "<br>".join(map(_link, threat.tests))


def _link(test: str) -> str:
    path, _, name = test.partition("::")
    return f"[{path.removeprefix('tests/').removesuffix('.py')}::{name}](../{path})"


def render_threat_counts() -> str:
    """Count rows and tests by boundary. A test that several rows name counts once in the sum."""
    tests = {each.boundary: {test for threat in each.threats for test in threat.tests} for each in load_boundaries()}
    threats = {each.boundary: len(each.threats) for each in load_boundaries()}
    rows = [(name, count, len(tests[name])) for name, count in threats.items()]
    total = ("**all**", f"**{sum(threats.values())}**", f"**{len(set[str]().union(*tests.values()))}**")
    return table(("boundary", "threats", "tests named"), [*rows, total])
