"""`python -m tests.mutation [--keep] [MUTANT …]`: mutmut over shared/core, its table, and unexplained survivors.

Exit code 1 below the score or with such survivors. Mutants can be named with wildcards (`shared.core.stamp.*`); without
names all are tried. With `--report` none are: what the last runs found is printed. `--keep` writes docs/assurance.md.
"""

import argparse
import shutil
import subprocess
import sys
from collections.abc import Sequence

from load.result import describe_machine, where
from shared.clock import utc_now
from tests.mutation.explained import read_explained
from tests.mutation.mutants import describe_change, read_modules
from tests.mutation.outcome import LEAST_PERCENT, judge
from tests.mutation.report import PAGE, render_page, render_table


def main() -> None:
    """Run, print, and judge."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("mutants", nargs="*", help="names, with wildcards")
    parser.add_argument("--report", action="store_true", help="only tell what was found before")
    parser.add_argument("--keep", action="store_true", help="write the section of docs/assurance.md")
    given = parser.parse_args()
    if not given.report:
        _try(given.mutants)
    verdict = judge(read_modules(), read_explained(), describe_change)
    sys.stdout.write(f"{render_table(verdict)}\n")
    for change in verdict.unexplained:
        sys.stdout.write(f"SURVIVED  {change.function}\n  - {change.before}\n  + {change.after}\n")
    if given.keep:
        PAGE.write_text(render_page(PAGE.read_text(encoding="utf-8"), verdict, _where()), encoding="utf-8")
    if not verdict.passed:
        sys.exit(f"score {verdict.percent:.1f} % (wanted {LEAST_PERCENT:g}), {len(verdict.unexplained)} unexplained")


def _try(names: Sequence[str]) -> None:
    mutmut = shutil.which("mutmut")
    if mutmut is None:
        sys.exit("mutmut is not installed: `uv run --group mutants python -m tests.mutation`")
    subprocess.run([mutmut, "run", *names], check=True)


def _where() -> str:
    return f"On {utc_now():%Y-%m-%d}: {where(describe_machine())}"


if __name__ == "__main__":
    main()
