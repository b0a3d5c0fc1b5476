"""Writes the figures of docs/assurance.md that the table of threats gives: `python -m deploy.docs.assurance`.

Each section has a pair of markers of its own; figures that take a long run are written by the command that runs it.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from deploy.docs.threats.table import load_boundaries
from deploy.markdown import replace

PAGE: Final = Path(__file__).parents[2] / "docs" / "assurance.md"


def render_threats() -> str:
    """Count rows and tests by boundary. A test that several rows name counts once in the sum."""
    boundaries = load_boundaries()
    rows = [
        (each.boundary, len(each.threats), {test for threat in each.threats for test in threat.tests})
        for each in boundaries
    ]
    lines = [f"| {boundary} | {threats} | {len(tests)} |" for boundary, threats, tests in rows]
    tests = set[str]().union(*(named for *_, named in rows))
    total = f"| **all** | **{sum(threats for _, threats, _ in rows)}** | **{len(tests)}** |"
    return "\n".join(["", "| boundary | threats | tests named |", "|---|---|---|", *lines, total, ""])


SECTIONS: Final[Mapping[str, Callable[[], str]]] = {
    "deploy.docs.assurance threats": render_threats,
}


def render(page: str) -> str:
    """Write every section again.

    Raises:
        MarkedPageError: the page lacks a section's markers.

    """
    for command, section in SECTIONS.items():
        page = replace(page, command, section())
    return page


def main() -> None:
    """Write the page."""
    PAGE.write_text(render(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
