"""Sizes: from what one request takes to what many people need, as the tables of `docs/capacity.md`.

`python -m load.capacity RESULT.json …` writes them from results of `python -m load.run`. The sizes rest on the
scenario `vend`, which must be one of them. All text between the page's markers is replaced.
"""

import argparse
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from deploy.markdown import rewrite, table_of
from load.result import read_result, revision_of

PAGE: Final = Path(__file__).parents[1] / "docs" / "capacity.md"
_COMMAND: Final = "load.capacity"
# The first column of the measured requests, and the columns of their times.
_REQUEST: Final = "scenario: request"
_TIMES: Final = {
    "p50": ("latency_ms", "p50"),
    "p99": ("latency_ms", "p99"),
    "p99.9": ("latency_ms", "p999"),
    "AWS p50": ("floor_ms", "p50"),
    "AWS p99": ("floor_ms", "p99"),
    "function p50": ("function_ms", "p50"),
    "function p99": ("function_ms", "p99"),
}
_USERS: Final = (10, 1_000, 100_000)
_SIZED_BY: Final = ("vend", "vend dev")
# What is left of STS's quota for others and for emergencies when all come as fast as possible.
_SHARE: Final = 0.8
_MORNING_S: Final = 15 * 60
# STS's quota per account and region (IAM and STS quotas: AssumeRole, GetCallerIdentity and a few more share it).
STS_PER_SECOND: Final = 600
# botocore fetches new credentials when 15 minutes of the hour remain.
REFRESH_S: Final = 45 * 60
_DOCUMENT_TTL_S: Final = 5
# Arrivals are independent, so how many are busy at once is a Poisson number: four deviations above its mean is once in
# tens of thousands of instants.
_DEVIATIONS: Final = 4


class CapacityError(ValueError):
    """The tables cannot be written or read; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Vend:
    """What one vend takes, measured: seconds of an environment, calls to STS, DynamoDB's request units."""

    function_s: float
    sts_calls: float
    read_units: float
    write_units: float

    @classmethod
    def read(cls, figures: Mapping[str, Any]) -> Self:
        """Read the figures of one request name in a result, with its mean time."""
        return cls(
            function_s=figures["function_ms"]["mean"] / 1000,
            sts_calls=figures["calls"].get("sts.AssumeRole", 0.0),
            read_units=figures["read_units"],
            write_units=figures["write_units"],
        )

    @classmethod
    def read_page(cls, page: str) -> Self:
        """Read the vend of `docs/capacity.md`, with its median time.

        Raises:
            CapacityError: the page has no such row.

        """
        title = ": ".join(_SIZED_BY)
        rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in page.splitlines()]
        head = next((row for row in rows if row[0] == _REQUEST), None)
        found = next((row for row in rows if row[0] == title), None)
        if head is None or found is None:
            raise CapacityError(f"docs/capacity.md has no measured row {title!r}: run python -m load.capacity")
        row = dict(zip(head, found, strict=True))
        return cls(
            function_s=float(row["function p50"]) / 1000,
            sts_calls=float(row["STS calls"]),
            read_units=float(row["read units"]),
            write_units=float(row["write units"]),
        )


@dataclass(frozen=True, slots=True)
class Need:
    """What a rate of vends per second needs. `at_once` are Lambda environments, on average and seldom exceeded."""

    mean_at_once: float
    at_once: int
    sts_share: float
    read_units: float
    write_units: float
    ssm_calls: float


def need(vend: Vend, rate: float) -> Need:
    """Return what a rate needs: by Little's law as many environments as requests arrive while one is served."""
    mean_at_once = rate * vend.function_s
    at_once = max(1, math.ceil(mean_at_once + _DEVIATIONS * math.sqrt(mean_at_once)))
    return Need(
        mean_at_once=mean_at_once,
        at_once=at_once,
        sts_share=rate * vend.sts_calls / STS_PER_SECOND,
        read_units=rate * vend.read_units,
        write_units=rate * vend.write_units,
        # Each environment reads the documents once per TTL, and only for a request.
        ssm_calls=min(rate, at_once / _DOCUMENT_TTL_S),
    )


def shortest_s(users: int, vend: Vend, share: float) -> float:
    """Return the shortest time in which so many users can all fetch credentials within a share of STS's quota."""
    return users * vend.sts_calls / (STS_PER_SECOND * share)


def write_tables(results: Sequence[Mapping[str, Any]]) -> str:
    """Return what goes between the markers.

    Raises:
        CapacityError: the results do not hold what the sizes rest on.

    """
    scenario, name = _SIZED_BY
    found = next((each for each in results if each["scenario"] == scenario), None)
    if found is None or not found["requests"].get(name, {}).get("function_ms"):
        raise CapacityError(f"give a result of the scenario {scenario!r} with {name!r} in it")
    vend = Vend.read(found["requests"][name])
    parts = (
        table_of([_measured(each) for each in results]),
        "### What one request takes",
        "Milliseconds. *AWS* is what the calls alone would take a perfect client; *function* is what Lambda bills.",
        table_of([row for each in results for row in _requests(each)]),
        "### What that means for many",
        table_of(list(_sizes(vend))),
    )
    return "\n\n".join(parts)


def _measured(result: Mapping[str, Any]) -> Mapping[str, str]:
    machine = result["machine"]
    return {
        "scenario": result["title"],
        "functions run as": result["functions_run_as"],
        "requests/s": f"{result['total']['rps']:g}",
        "machine": f"{machine['cpus']} of {machine['cpu']}",
        "load before": f"{machine['load_before']:g}",
        "revision": revision_of(machine),
        "passed": "yes" if result["passed"] else "no",
    }


def _requests(result: Mapping[str, Any]) -> Iterator[Mapping[str, str]]:
    how = result["functions_run_as"]
    title = result["scenario"] + ("" if how == "processes" else f" ({how})")
    for name, each in result["requests"].items():
        times = {column: each[kind].get(key) for column, (kind, key) in _TIMES.items()}
        sts = sum(count for call, count in each["calls"].items() if call.startswith("sts."))
        yield {
            _REQUEST: f"{title}: {name}",
            **{column: "" if time is None else f"{time:.0f}" for column, time in times.items()},
            "read units": f"{each['read_units']:g}",
            "write units": f"{each['write_units']:g}",
            "STS calls": f"{sts:.2f}",
        }


def _sizes(vend: Vend) -> Iterator[Mapping[str, object]]:
    for users in _USERS:
        shortest = max(1.0, shortest_s(users, vend, _SHARE))
        moments = {
            "all day": users / REFRESH_S,
            "all within 15 minutes": users / _MORNING_S,
            f"all within {_words(shortest)}": users / shortest,
        }
        for when, rate in moments.items():
            size = need(vend, rate)
            yield {
                "users": f"{users:,}",
                "when": when,
                "vends/s": _short(rate),
                "environments on average": _short(size.mean_at_once),
                "seldom more than": size.at_once,
                "of STS's 600/s": f"{size.sts_share:.1%}",
                "read units/s": _short(size.read_units),
                "write units/s": _short(size.write_units),
                "SSM calls/s": _short(size.ssm_calls),
            }


def _words(seconds: float) -> str:
    return f"{seconds:.0f} seconds" if seconds != 1 else "a second"


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.2g}"  # noqa: PLR2004 - significant digits


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(
        prog="python -m load.capacity", description="Write the tables of docs/capacity.md."
    )
    parser.add_argument("results", type=Path, nargs="+", help="result.json of runs")
    given = parser.parse_args()
    try:
        tables = write_tables([read_result(file) for file in given.results])
        rewrite(PAGE, _COMMAND, tables)
    except (OSError, ValueError) as error:
        parser.error(str(error))
    sys.stdout.write(f"{PAGE} is written\n")


if __name__ == "__main__":
    main()
