"""The mutants' table, and their section of `docs/assurance.md`."""

from pathlib import Path
from typing import Final

from deploy.markdown import replace, table
from tests.mutation.outcome import Verdict

PAGE: Final = Path(__file__).parents[2] / "docs" / "assurance.md"
_COMMAND: Final = "tests.mutation"


def render_table(verdict: Verdict) -> str:
    """Write the mutants of every module of which one was tried, and name the modules that were left out."""
    tried = [module for module in verdict.modules if module.tried]
    rows = [_row(module.name, module.tried, module.killed, 100 * module.killed / module.tried) for module in tried]
    rows += [_row("**all of these**", verdict.tried, verdict.killed, verdict.percent)]
    written = table(("module", "mutants tried", "killed", "survived", "score"), rows)
    left_out = [f"{module.name} ({module.unknown})" for module in verdict.modules if module.unknown]
    return written if not left_out else f"{written}\n\nMutants not tried: {', '.join(left_out)}."


def _row(name: str, tried: int, killed: int, percent: float) -> tuple[str, ...]:
    return name, str(tried), str(killed), str(tried - killed), f"{percent:.1f} %"


def render_page(page: str, verdict: Verdict, where: str) -> str:
    """Put the table into the page; `where` says what of and on what it was found.

    Raises:
        MarkedPageError: the page has no place for it.

    """
    return replace(page, _COMMAND, f"{where}\n\n{render_table(verdict)}")
