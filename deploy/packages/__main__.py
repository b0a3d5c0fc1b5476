"""`python -m deploy.packages`: every Lambda's zip for each architecture, with bills of materials and checksums."""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from deploy.markdown import table
from deploy.packages.build import SERVICES, Package, build_packages
from deploy.packages.checksums import CHECKSUMS, render_checksums
from deploy.packages.dependencies import UvError
from deploy.packages.distributions import LEFT_OUT
from deploy.packages.sbom import render_sbom
from deploy.packages.target import LAMBDA_PYTHON, PLATFORMS, NoInterpreterError, Target

_KIB: Final = 1024


def main() -> None:
    """Build, and say what was built."""
    arguments = _arguments()
    try:
        built = [
            package
            for arch in arguments.arch or PLATFORMS
            for package in build_packages(
                Target(arguments.python, arch), arguments.out, arguments.service or SERVICES
            ).values()
        ]
    except (NoInterpreterError, UvError) as error:
        sys.exit(f"deploy.packages: {error}")
    for package in built:
        package.archive.with_suffix(".cdx.json").write_text(render_sbom(package), encoding="utf-8")
        sys.stdout.write(f"{package.sha256}  {package.archive}\n")
    files = [file for package in built for file in (package.archive, package.archive.with_suffix(".cdx.json"))]
    (arguments.out / CHECKSUMS).write_text(render_checksums(files), encoding="utf-8")
    report = arguments.out / "report.md"
    report.write_text(render_report(built), encoding="utf-8")
    sys.stdout.write(f"sizes and contents: {report}\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.packages", description=__doc__)
    parser.add_argument("--python", default=LAMBDA_PYTHON, help="the runtime's version (default: %(default)s)")
    parser.add_argument("--arch", action="append", choices=sorted(PLATFORMS), help="may be given twice (default: both)")
    parser.add_argument("--service", action="append", choices=sorted(SERVICES), help="likewise (default: all)")
    parser.add_argument("--out", type=Path, default=Path("dist"), help="the folder to write to (default: %(default)s)")
    return parser.parse_args()


def render_report(packages: Sequence[Package]) -> str:
    """Write what was built as Markdown: sizes, what is inside by distribution, what was left out and why."""
    parts = (
        "# What was built",
        "KiB throughout. Unpacked counts the bytecode, which the table of distributions does not.",
        table(("zip", "Python", "zipped", "unpacked", "SHA-256"), map(_zip_row, packages)),
        f"## Inside, by distribution\n\n{_distributions(packages)}",
        f"## Left out\n\n{_left_out(packages)}\n",
    )
    return "\n\n".join(parts)


def _zip_row(package: Package) -> tuple[str, ...]:
    zipped = package.archive.stat().st_size
    return package.archive.name, package.target.python, _kib(zipped), _kib(package.unpacked), f"`{package.sha256}`"


def _distributions(packages: Sequence[Package]) -> str:
    versions = {each.name: each.version for package in packages for each in package.distributions}
    sizes = [{each.name: _kib(each.taken) for each in package.distributions} for package in packages]
    rows = (
        (name, version, *(size.get(name, "-") for size in sizes))
        for name, version in sorted(versions.items(), key=lambda item: item[0].lower())
    )
    return table(("distribution", "version", *(package.name for package in packages)), rows)


def _left_out(packages: Sequence[Package]) -> str:
    totals = [sum((each.left_out for each in package.distributions), Counter[str]()) for package in packages]
    used = [pattern for pattern in LEFT_OUT if any(total[pattern] for total in totals)]
    rows = ((f"`{pattern}`", LEFT_OUT[pattern], *(_kib(total[pattern]) for total in totals)) for pattern in used)
    return table(("files", "why", *(package.name for package in packages)), rows)


def _kib(size: int) -> str:
    return f"{size / _KIB:,.0f}"


if __name__ == "__main__":
    main()
