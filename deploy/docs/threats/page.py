"""Writes docs/threat-model.md from the table."""

from collections.abc import Iterator
from typing import Final

from deploy.docs.threats.table import STRIDE, Boundary, Threat, load_accepted, load_boundaries

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
_TABLE: Final = ["| id | | threat | control | code | tests |", "|---|---|---|---|---|---|"]
_ACCEPTED: Final = """\
## What is not kept from happening

| risk | why | what to do |
|---|---|---|"""


def render_threat_model() -> str:
    """Write the page."""
    letters = ", ".join(f"{letter} {meaning}" for letter, meaning in STRIDE.items())
    return "\n".join([_HEAD.format(letters=letters), *_boundaries(), _ACCEPTED, *_accepted(), ""])


def _boundaries() -> Iterator[str]:
    for boundary in load_boundaries():
        yield from _boundary(boundary)


def _boundary(boundary: Boundary) -> Iterator[str]:
    yield from (f"## {boundary.boundary}", "", boundary.about, "")
    yield from _TABLE
    yield from (_row(threat) for threat in boundary.threats)
    yield ""


def _row(threat: Threat) -> str:
    code = "<br>".join(f"[{path}](../{path})" for path in threat.code)
    tests = "<br>".join(_link(test) for test in threat.tests)
    return f"| {threat.id} | {threat.stride} | {threat.threat} | {threat.control} | {code} | {tests} |"


def _link(test: str) -> str:
    path, _, name = test.partition("::")
    return f"[{path.removeprefix('tests/').removesuffix('.py')}::{name}](../{path})"


def _accepted() -> Iterator[str]:
    for each in load_accepted():
        yield f"| {each.risk} | {each.why} | {each.remedy} |"
