"""Writes the tables of docs/guardrails.md between their markers; the rest of the page is people's."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from deploy.docs.actions.classified import Covered, Open, load_classified
from deploy.docs.actions.reference import SERVICES, load_reference
from deploy.markdown import replace

PAGE: Final = Path(__file__).parents[3] / "docs" / "guardrails.md"
_COMMAND: Final = "deploy.docs.pages"


def render_guardrails() -> str:
    """Write the page around what people wrote.

    Raises:
        MarkedPageError: the page lacks its markers.

    """
    return replace(PAGE.read_text(encoding="utf-8"), _COMMAND, "\n".join(["", *_tables()]))


def _tables() -> Iterator[str]:
    classified = load_classified()
    yield f"From the {load_reference().source}."
    yield ""
    for service in SERVICES:
        yield from (f"### `{service}`", "", "| denied by, or why not | actions |", "|---|---|")
        yield from _rows(classified[service])
        yield ""


def _rows(groups: Iterable[Covered | Open]) -> Iterator[str]:
    """One row a statement and a reason: what it was tried on is the test's business."""
    found: dict[str, set[str]] = {}
    for group in groups:
        found.setdefault(_reason(group), set()).update(group.actions)
    yield from (f"| {reason} | {', '.join(sorted(actions))} |" for reason, actions in found.items())


def _reason(group: Covered | Open) -> str:
    if isinstance(group, Open):
        return group.why
    return f"`{group.by}`" + (", to a vended session" if group.who == "a vended session" else "")
