"""Writes docs/threat-model.md and the counts in docs/assurance.md from the table."""

from typing import Final

from deploy.docs.threats.table import STRIDE, Boundary, Threat, load_accepted, load_boundaries
from deploy.markdown import table

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
