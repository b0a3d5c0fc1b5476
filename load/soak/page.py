"""The soak's section of `docs/assurance.md`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from load.report.marked import replace
from load.soak.verdict import ALLOWED

PAGE: Final = Path(__file__).parents[2] / "docs" / "assurance.md"
_COMMAND: Final = "load.soak"
_TITLES: Final = {"rss_kib": "memory, KiB", "blocks": "Python objects", "descriptors": "descriptors", "tasks": "tasks"}


def render_page(page: str, result: Mapping[str, Any]) -> str:
    """Put a soak's figures into the page.

    Raises:
        MarkedPageError: the page has no place for them.

    """
    return replace(page, _COMMAND, f"{_where(result)}\n\n{render_table(result)}")


def render_table(result: Mapping[str, Any]) -> str:
    """Write what each process held after the warm-up and at the end, and how it grew between, as a table."""
    rows = [
        ("process", *(f"{title} (growth; {ALLOWED[name]:g} allowed)" for name, title in _TITLES.items())),
        ("---",) * (len(_TITLES) + 1),
        *((name, *(_cell(found[each]) for each in _TITLES)) for name, found in result["processes"].items()),
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cell(found: Mapping[str, float]) -> str:
    return f"{found['first']:g} → {found['last']:g} ({found['growth']:+g}, tau {found['tau']:g})"


def _where(result: Mapping[str, Any]) -> str:
    machine = result["machine"]
    changed = " and changes" if machine["changed_since"] else ""
    errors = next(check["found"] for check in result["checks"] if check["check"].startswith("errors"))
    return "\n".join(
        (
            f"{result['seconds'] / 60:.1f} minutes on {result['at'][:10]}, {result['requests']} requests,",
            f"{errors} errors no caller caused; {'passed' if result['passed'] else 'FAILED'}.",
            f"The first {result['warm_up_s'] / 60:.1f} minutes are not compared. {machine['cpus']} cores,",
            f"load average {machine['load_before']} before and {result['load_after']} after.",
            f"Python {machine['python']}, revision {machine['revision']}{changed}.",
        )
    )
