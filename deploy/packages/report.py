"""The report on what was built: sizes, what is inside by distribution, what was left out and why."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from deploy.packages.build import Package
from deploy.packages.left_out import LEFT_OUT

_KIB: Final = 1024


def render_report(packages: Sequence[Package]) -> str:
    """Write the report on some zips as Markdown."""
    return "\n".join(
        [
            "# What was built",
            "",
            "KiB throughout. Unpacked counts the bytecode, which the table of distributions does not.",
            "",
            *_table(("zip", "Python", "zipped", "unpacked", "SHA-256"), map(_zip_row, packages)),
            "",
            "## Inside, by distribution",
            "",
            *_distributions(packages),
            "",
            "## Left out",
            "",
            *_left_out(packages),
            "",
        ],
    )


def _zip_row(package: Package) -> tuple[str, ...]:
    zipped = package.archive.stat().st_size
    return package.archive.name, package.target.python, _kib(zipped), _kib(package.unpacked), f"`{package.sha256}`"


def _distributions(packages: Sequence[Package]) -> list[str]:
    versions = {each.name: each.version for package in packages for each in package.distributions}
    sizes = [{each.name: _kib(each.taken) for each in package.distributions} for package in packages]
    rows = (
        (name, version, *(size.get(name, "-") for size in sizes))
        for name, version in sorted(versions.items(), key=lambda item: item[0].lower())
    )
    return _table(("distribution", "version", *(package.name for package in packages)), rows)


def _left_out(packages: Sequence[Package]) -> list[str]:
    totals = [sum((each.left_out for each in package.distributions), Counter[str]()) for package in packages]
    used = [pattern for pattern in LEFT_OUT if any(total[pattern] for total in totals)]
    rows = ((f"`{pattern}`", LEFT_OUT[pattern], *(_kib(total[pattern]) for total in totals)) for pattern in used)
    return _table(("files", "why", *(package.name for package in packages)), rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = (head, ["---"] * len(head), *rows)
    return [f"| {' | '.join(line)} |" for line in lines]


def _kib(size: int) -> str:
    return f"{size / _KIB:,.0f}"
