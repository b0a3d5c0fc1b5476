"""`python -m deploy.packages`: builds every Lambda's zip for each architecture, with a bill of materials."""

import argparse
import sys
from pathlib import Path

from deploy.packages.build import build_packages
from deploy.packages.contents import CONTENTS
from deploy.packages.dependencies import UvError
from deploy.packages.report import render_report
from deploy.packages.sbom import render_sbom
from deploy.packages.target import LAMBDA_PYTHON, PLATFORMS, NoInterpreterError, Target


def main() -> None:
    """Build, and say what was built."""
    arguments = _arguments()
    try:
        built = [
            package
            for arch in arguments.arch or PLATFORMS
            for package in build_packages(
                Target(arguments.python, arch), arguments.out, arguments.service or CONTENTS
            ).values()
        ]
    except (NoInterpreterError, UvError) as error:
        sys.exit(f"deploy.packages: {error}")
    for package in built:
        package.archive.with_suffix(".cdx.json").write_text(render_sbom(package), encoding="utf-8")
        sys.stdout.write(f"{package.sha256}  {package.archive}\n")
    report = arguments.out / "report.md"
    report.write_text(render_report(built), encoding="utf-8")
    sys.stdout.write(f"sizes and contents: {report}\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.packages", description=__doc__)
    parser.add_argument("--python", default=LAMBDA_PYTHON, help="the runtime's version (default: %(default)s)")
    parser.add_argument("--arch", action="append", choices=sorted(PLATFORMS), help="may be given twice (default: both)")
    parser.add_argument("--service", action="append", choices=sorted(CONTENTS), help="likewise (default: all)")
    parser.add_argument("--out", type=Path, default=Path("dist"), help="the folder to write to (default: %(default)s)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
