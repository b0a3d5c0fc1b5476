"""The result as a table for the terminal."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

_COLUMNS: Final = ("p50", "p95", "p99", "p999")
_LINES: Final = (("latency_ms", ""), ("floor_ms", "  of that AWS, at least"), ("function_ms", "  in the function"))


def render(result: Mapping[str, Any]) -> str:
    """Write the table."""
    total = result["total"]
    lines = [
        f"{result['scenario']}: {result['title']} ({result['functions_run_as']}, {result['model']})",
        f"{total['count']} requests in {result['seconds']:g} s, {total['rps']:g} a second",
        "",
        f"{'milliseconds':34} {'count':>7} " + " ".join(f"{name:>8}" for name in _COLUMNS),
    ]
    for name, found in result["requests"].items():
        for key, words in _LINES:
            if values := found[key]:
                count = "" if words else str(found["count"])
                lines.append(f"{words or name:34} {count:>7} " + " ".join(f"{values[each]:8.1f}" for each in _COLUMNS))
        lines.append(f"  outcomes: {_pairs(found['outcomes'])}")
    lines += ["", *_functions(result["functions"]), ""]
    lines += [
        f"{'passed' if each['passed'] else 'FAILED'}  {each['check']}: {each['found']}" for each in result["checks"]
    ]
    return "\n".join(lines)


def _functions(functions: Mapping[str, Any]) -> Sequence[str]:
    return [
        f"{name}: {found['invocations']} invocations, {found['max_concurrency']} at once at most, "
        f"queued p99 {found['queued_ms'].get('p99', 0):g} ms, {found['cold_starts']} cold starts, "
        f"{found['throttled']} throttled"
        for name, found in functions.items()
    ]


def _pairs(found: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(found.items()))
