"""What is random in the Lambdas comes from the system: copies of one snapshot share Python's own generator."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[3]
SOURCES = sorted(file for room in ("services", "shared") for file in (PROJECT / room).rglob("*.py"))
# What `random` has that is the system's, and what a restored copy seeds the generator of libraries with.
ALLOWED = {"SystemRandom", "seed"}


def drawn_from_python(source: str) -> Iterator[str]:
    """List what a module uses of Python's own generator."""
    tree = ast.parse(source)
    names = {
        each.asname or each.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for each in node.names
        if each.name == "random"
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "random":
            yield from (each.name for each in node.names if each.name not in ALLOWED)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in names:
            yield from {node.attr} - ALLOWED


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(PROJECT)))
def test_nothing_in_the_lambdas_draws_from_pythons_own_generator(file: Path) -> None:
    assert list(drawn_from_python(file.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "source",
    ["import random\nrandom.uniform(0, 1)", "import random as r\nr.choice([1])", "from random import random\nrandom()"],
)
def test_what_draws_from_it_is_noticed(source: str) -> None:
    assert list(drawn_from_python(source))
