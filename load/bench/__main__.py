"""`python -m load.bench`: ours, ours without each technique, and the baselines, in one table.

Exit code 1 where a promise is not kept. With `--keep`, docs/performance.md is written from the run.
"""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Any

from deploy.packages.build import build_packages
from deploy.packages.target import Target
from load.bench.cold import measure as measure_cold
from load.bench.measure import draw_flames, measure
from load.bench.record import FOLDER, describe, keep, render_tables
from load.bench.variants import VARIANTS


def main() -> None:
    """Measure and print; with `--keep`, write the page."""
    options = _options()
    with asyncio.Runner() as runner:
        record = runner.run(_measure(options))
        sys.stdout.write(f"{render_tables(record)}\n")
        if options.keep:
            keep(record)
            runner.run(draw_flames(FOLDER / "vend.svg"))
    sys.exit(0 if all(each["is_kept"] for each in record["promises"]) else 1)


async def _measure(options: argparse.Namespace) -> dict[str, Any]:
    rounds = await measure(options.variant or list(VARIANTS), rounds=options.rounds, requests=options.requests)
    if not options.cold_rounds:
        return describe(rounds, {}, "")
    with tempfile.TemporaryDirectory(prefix="sentinel-cold-") as folder:
        target = Target.host()
        packages = build_packages(target, Path(folder))
        cold = await measure_cold(packages, Path(folder), options.cold_rounds)
    return describe(rounds, cold, target.python)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m load.bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=25, help="at least 2 (default: %(default)s)")
    parser.add_argument("--requests", type=int, default=40, help="of each variant in each round (default: %(default)s)")
    parser.add_argument(
        "--cold-rounds", type=int, default=15, help="cold starts of each; 0: none (default: %(default)s)"
    )
    parser.add_argument("--variant", action="append", choices=VARIANTS, help="may be repeated (default: all)")
    parser.add_argument("--keep", action="store_true", help="write docs/performance.md and its flame graph")
    return parser.parse_args()


if __name__ == "__main__":
    main()
