"""What mutmut has found, read from the files it keeps next to the mutants."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code

from tests.mutation.outcome import Change, Module

FOLDER: Final = Path("mutants")
# A mutant that never ends, or ends Python itself, is noticed.
_KILLED: Final = frozenset({"killed", "timeout", "segfault"})
_ALIVE: Final = frozenset({"survived", "no tests"})


def read_modules(folder: Path = FOLDER) -> Sequence[Module]:
    """Read the outcome of every mutant, by module; a module without any is left out."""
    found = (_read(file) for file in sorted(folder.rglob("*.py.meta")))
    return [module for module in found if module.tried or module.unknown]


def _read(file: Path) -> Module:
    codes: Mapping[str, int | None] = json.loads(file.read_text(encoding="utf-8"))["exit_code_by_key"]
    statuses = {name: status_by_exit_code[code] for name, code in codes.items()}
    count = Counter(statuses.values())
    killed = sum(count[status] for status in _KILLED)
    survivors = [name for name, status in statuses.items() if status in _ALIVE]
    name = ".".join(next(iter(codes), ".").split(".")[:-1])
    return Module(name, killed, survivors, len(codes) - killed - len(survivors))


def describe_change(mutant: str) -> Change:
    """Say what a mutant changes. Its number means nothing: it shifts with every line."""
    lines = get_diff_for_mutant(mutant).splitlines()[2:]
    module, _, mangled = mutant.rpartition(".")
    function = mangled.partition("__mutmut_")[0].removeprefix("x_").removeprefix("xǁ").replace("ǁ", ".")
    return Change(f"{module}.{function}", _side(lines, "-"), _side(lines, "+"))


def _side(lines: Sequence[str], sign: str) -> str:
    return " ".join(_stripped(lines, sign))


def _stripped(lines: Sequence[str], sign: str) -> Iterator[str]:
    return (line[1:].strip() for line in lines if line.startswith(sign))
