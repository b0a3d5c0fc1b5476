"""Compares two results: `python -m load.compare A.json B.json`, each written by `python -m load.run`."""

import argparse
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from load.report.result import read_result, revision_of

_ROWS: Final = (("latency_ms", "latency"), ("function_ms", "in the function"), ("overhead_ms", "above AWS's floor"))
_COLUMNS: Final = ("p50", "p99", "p999")


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Return the table: for every request of both runs its time before, after, and (the ratio)."""
    head = f"{'milliseconds':46}" + "".join(f"{name:>26}" for name in _COLUMNS)
    lines = [f"before: {_title(before)}", f"after:  {_title(after)}", "", head]
    for name in sorted({*before["requests"], *after["requests"]}):
        one, other = before["requests"].get(name), after["requests"].get(name)
        if one is None or other is None:
            lines.append(f"{name}: only {'after' if one is None else 'before'}")
        else:
            lines += _rows(name, one, other)
    return "\n".join(lines)


def _title(result: Mapping[str, Any]) -> str:
    rate, revision = f"{result['total']['rps']:g}/s", revision_of(result["machine"])
    return f"{result['scenario']}, {result['functions_run_as']}, {rate}, {revision}, {result['at']}"


def _rows(name: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[str]:
    for key, words in _ROWS:
        if one[key] and other[key]:
            cells = (
                f"{one[key][each]:9.1f} → {other[key][each]:7.1f} {_ratio(one[key][each], other[key][each])}"
                for each in _COLUMNS
            )
            yield f"{f'{name}: {words}':46}" + "".join(f"{cell:>26}" for cell in cells)


def _ratio(one: float, other: float) -> str:
    return f"({other / one:4.2f})" if one > 0 else "     "


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(prog="python -m load.compare", description="Compare two results.")
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    given = parser.parse_args()
    try:
        table = compare(read_result(given.before), read_result(given.after))
    except ValueError as error:
        parser.error(str(error))
    sys.stdout.write(f"{table}\n")


if __name__ == "__main__":
    main()
