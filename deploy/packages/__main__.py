"""`python -m deploy.packages`: builds every Lambda's zip for each architecture."""

import argparse
import sys
from pathlib import Path

from deploy.packages.build import build_packages
from deploy.packages.dependencies import UvError
from deploy.packages.target import LAMBDA_PYTHON, PLATFORMS, NoInterpreterError, Target


def main() -> None:
    """Build, and say what was built."""
    arguments = _arguments()
    try:
        for arch in arguments.arch or PLATFORMS:
            packages = build_packages(Target(arguments.python, arch), arguments.out)
            for package in packages.values():
                sys.stdout.write(f"{package.sha256}  {package.archive}\n")
    except (NoInterpreterError, UvError) as error:
        sys.exit(f"deploy.packages: {error}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.packages", description=__doc__)
    parser.add_argument("--python", default=LAMBDA_PYTHON, help="the runtime's version (default: %(default)s)")
    parser.add_argument("--arch", action="append", choices=sorted(PLATFORMS), help="may be given twice (default: both)")
    parser.add_argument("--out", type=Path, default=Path("dist"), help="the folder to write to (default: %(default)s)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
