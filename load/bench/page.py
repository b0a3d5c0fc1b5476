"""The part of `docs/performance.md` that is measured, written from the figures of the run that is kept beside it."""

from collections.abc import Mapping
from typing import Any, Final

from load.bench.record import FOLDER
from load.bench.table import render_table
from load.report.generated_sections import replace

PAGE: Final = FOLDER.with_suffix(".md")
_COMMAND: Final = "load.bench"


def render_page(page: str, record: Mapping[str, Any]) -> str:
    """Put a run's figures into the page.

    Raises:
        MarkedPageError: the page has no place for them.

    """
    return replace(page, _COMMAND, f"{_where(record)}\n\n{render_table(record)}")


def _where(record: Mapping[str, Any]) -> str:
    machine = record["machine"]
    changed = " and changes" if machine["changed_since"] else ""
    lines = (
        f"{record['rounds']} rounds of {record['requests_a_round']} requests each, Python {machine['python']};",
        f"{record['cold_rounds']} cold starts each, Python {record['cold_python']}.",
        f"{machine['cpus']} cores ({machine['cpu']}), one for the model and one for the function;",
        f"load average before: {machine['load_before']}. Revision {machine['revision']}{changed}.",
    )
    return "\n".join(lines)
