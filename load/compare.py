"""Compares two results: `python -m load.compare A.json B.json`, each written by `python -m load.run`."""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from deploy.markdown import table
from load.result import read_result, revision_of

_ROWS: Final = {"latency_ms": "latency", "function_ms": "in the function", "overhead_ms": "above AWS's floor"}
_COLUMNS: Final = ("p50", "p99", "p999")


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Return the table: for every request of both runs its time before, after, and (the ratio)."""
    names = sorted({*before["requests"], *after["requests"]})
    rows = table(("milliseconds", *_COLUMNS), (row for name in names for row in _rows(name, before, after)))
    return f"before: {_title(before)}\nafter:  {_title(after)}\n\n{rows}"


def _title(result: Mapping[str, Any]) -> str:
    rate, revision = f"{result['total']['rps']:g}/s", revision_of(result["machine"])
    return f"{result['scenario']}, {result['functions_run_as']}, {rate}, {revision}, {result['at']}"


def _rows(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    one, other = before["requests"].get(name), after["requests"].get(name)
    if one is None or other is None:
        yield f"{name}: only {'after' if one is None else 'before'}", *[""] * len(_COLUMNS)
        return
    for key, words in _ROWS.items():
        if one[key] and other[key]:
            yield f"{name}: {words}", *(_change(one[key][each], other[key][each]) for each in _COLUMNS)


def _change(one: float, other: float) -> str:
    return f"{one:.1f} → {other:.1f}" + (f" ({other / one:.2f})" if one > 0 else "")


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
