"""Write the tables of `docs/capacity.md`: `python -m load.capacity RESULT.json …`, results of `python -m load.run`.

The scenario `vend` must be among them: the sizes rest on it. Everything between the page's markers is replaced.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from load.report.marked import replace
from load.report.result import read_result
from load.sizing import REFRESH_S, Vend, need, shortest_s

PAGE: Final = Path(__file__).parents[1] / "docs" / "capacity.md"
_COMMAND: Final = "load.capacity"
_MEASURED_HEAD: Final = ("scenario", "functions run as", "requests/s", "machine", "load before", "revision", "passed")
_REQUEST_HEAD: Final = (
    "scenario: request",
    "p50",
    "p99",
    "p99.9",
    "AWS p50",
    "AWS p99",
    "function p50",
    "function p99",
    "read units",
    "write units",
    "STS calls",
)
_SIZE_HEAD: Final = (
    "users",
    "when",
    "vends/s",
    "environments on average",
    "seldom more than",
    "of STS's 600/s",
    "read units/s",
    "write units/s",
    "SSM calls/s",
)
_USERS: Final = (10, 1_000, 100_000)
_SIZED_BY: Final = ("vend", "vend dev")
# What is left of STS's quota for others and for emergencies when everybody comes as fast as possible.
_SHARE: Final = 0.8
_MORNING_S: Final = 15 * 60


class CapacityError(ValueError):
    """The page cannot be written; the message says what is missing."""


def write_tables(results: Sequence[Mapping[str, Any]]) -> str:
    """Write what goes between the markers.

    Raises:
        CapacityError: the results do not hold what the sizes rest on.

    """
    scenario, name = _SIZED_BY
    found = next((each for each in results if each["scenario"] == scenario), None)
    if found is None or not found["requests"].get(name, {}).get("function_ms"):
        raise CapacityError(f"give a result of the scenario {scenario!r} with {name!r} in it")
    vend = Vend.read(found["requests"][name])
    lines = [
        *_measured(results),
        "",
        "### What one request takes",
        "",
        *_requests(results),
        "",
        "### What that means for many",
        "",
        *_sizes(vend),
    ]
    return "\n".join(lines)


def _head(names: Sequence[str]) -> Iterator[str]:
    yield _row(names)
    yield _row(["---"] * len(names))


def _row(cells: Sequence[object]) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def _measured(results: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield from _head(_MEASURED_HEAD)
    for each in results:
        machine = each["machine"]
        revision = machine["revision"] + (" and changes" if machine["changed_since"] else "")
        yield (
            f"| {each['title']} | {each['functions_run_as']} | {each['total']['rps']:g} | {machine['cpus']} of "
            f"{machine['cpu']} | {machine['load_before']:g} | {revision} | {'yes' if each['passed'] else 'no'} |"
        )


def _requests(results: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield "Milliseconds. *AWS* is what the calls alone would take a perfect client; *function* is what Lambda bills."
    yield ""
    yield from _head(_REQUEST_HEAD)
    for result in results:
        how = result["functions_run_as"]
        title = result["scenario"] + ("" if how == "processes" else f" ({how})")
        for name, each in result["requests"].items():
            latency, floor, function = each["latency_ms"], each["floor_ms"], each["function_ms"]
            sts = sum(count for call, count in each["calls"].items() if call.startswith("sts."))
            cells = [
                *(latency.get(key) for key in ("p50", "p99", "p999")),
                *(floor.get(key) for key in ("p50", "p99")),
                *(function.get(key) for key in ("p50", "p99")),
            ]
            written = " | ".join("" if cell is None else f"{cell:.0f}" for cell in cells)
            yield (f"| {title}: {name} | {written} | {each['read_units']:g} | {each['write_units']:g} | {sts:.2f} |")


def _sizes(vend: Vend) -> Iterator[str]:
    yield from _head(_SIZE_HEAD)
    for users in _USERS:
        shortest = max(1.0, shortest_s(users, vend, _SHARE))
        moments = (
            ("all day", users / REFRESH_S),
            ("all within 15 minutes", users / _MORNING_S),
            (f"all within {_words(shortest)}", users / shortest),
        )
        for when, rate in moments:
            size = need(vend, rate)
            yield (
                f"| {users:,} | {when} | {_short(rate)} | {_short(size.mean_at_once)} | {size.at_once} "
                f"| {size.sts_share:.1%} | {_short(size.read_units)} | {_short(size.write_units)} "
                f"| {_short(size.ssm_calls)} |"
            )


def _words(seconds: float) -> str:
    return f"{seconds:.0f} seconds" if seconds != 1 else "a second"


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.2g}"  # noqa: PLR2004 - how many digits tell something


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(
        prog="python -m load.capacity", description="Write the tables of docs/capacity.md."
    )
    parser.add_argument("results", type=Path, nargs="+", help="result.json of runs")
    parser.add_argument("--page", type=Path, default=PAGE, help="the page (default: docs/capacity.md)")
    given = parser.parse_args()
    try:
        tables = write_tables([read_result(file) for file in given.results])
        given.page.write_text(replace(given.page.read_text(encoding="utf-8"), _COMMAND, tables), encoding="utf-8")
    except (OSError, ValueError) as error:
        parser.error(str(error))
    sys.stdout.write(f"{given.page} is written\n")


if __name__ == "__main__":
    main()
