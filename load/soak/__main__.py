"""`python -m load.soak [--seconds S] [--keep]`: a soak, its table, and exit code 1 where something grew or failed.

With `--keep`, its section of docs/assurance.md is written.
"""

import argparse
import asyncio
import sys
from pathlib import Path

from deploy.markdown import rewrite
from load.options import read_options
from load.run import RunFailedError
from load.soak.probe import INTERVAL_S
from load.soak.soak import soak
from load.soak.verdict import COMMAND, PAGE, TooFewValuesError, render_section, render_table
from load.system.system import SystemFailedError

_OUT = Path(__file__).parents[2] / "build" / "load"
# Caches fill and every caller has come; half of a short soak, five minutes of a long one.
_LONGEST_WARM_UP_S = 300.0


def main() -> None:
    """Run, print, and judge."""
    parser = argparse.ArgumentParser(prog="python -m load.soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=1800.0, help="how long (default: %(default)g)")
    parser.add_argument("--rate", type=float, default=5.0, help="tasks a second (default: %(default)g)")
    parser.add_argument(
        "--interval", type=float, default=INTERVAL_S, help="seconds between notes (default: %(default)g)"
    )
    parser.add_argument("--keep", action="store_true", help="write the section of docs/assurance.md")
    parser.add_argument("--out", type=Path, default=_OUT, help="folder of the result")
    given = parser.parse_args()
    warm_up_s = min(given.seconds / 2, _LONGEST_WARM_UP_S)
    load = ["--seconds", str(given.seconds), "--warm-up", str(warm_up_s), "--rate", str(given.rate)]
    # Enough to show growth; a machine with much else to do may not come to more.
    least = ["--target-rps", str(given.rate * 0.5)]
    options = read_options(["soak", *load, *least, "--out", str(given.out)])
    try:
        with asyncio.Runner() as runner:
            result = runner.run(soak(options, interval_s=given.interval))
    except (RunFailedError, SystemFailedError, TooFewValuesError) as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)
    sys.stdout.write(f"{render_table(result)}\n")
    for check in result["checks"]:
        if not check["passed"]:
            sys.stdout.write(f"FAILED  {check['check']}: {check['found']}\n")
    if given.keep:
        rewrite(PAGE, COMMAND, render_section(result))
    sys.exit(0 if result["passed"] else 1)


if __name__ == "__main__":
    main()
