"""No test reads the clock when it is imported: a long run starts it when that instant is over."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

TESTS: Final = Path(__file__).parents[1]
CLOCKS: Final = {"utc_now", "now", "time", "monotonic", "monotonic_s", "today"}


def clock_reads(source: str) -> Iterator[int]:
    """Give the lines of assignments in the module's own body that call a clock."""
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
            for node in ast.walk(statement.value):
                if isinstance(node, ast.Call) and _name(node.func) in CLOCKS:
                    yield node.lineno


def _name(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""


def test_no_module_of_the_tests_reads_a_clock_when_it_is_imported() -> None:
    found = [
        f"{file.relative_to(TESTS)}:{line}"
        for file in sorted(TESTS.rglob("*.py"))
        for line in clock_reads(file.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_a_clock_read_at_import_is_found() -> None:
    assert list(clock_reads("NOW = int(utc_now().timestamp())\n\ndef fine():\n    return utc_now()\n")) == [1]
