"""Takes a row's control away in a copy of the project, and sees whether the row's own tests notice.

A copy has the files that git does not ignore, and an environment with this one's packages, in which the project's own
modules are the copy's. Each removal is written into the copy, tried, and taken back.
"""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import venv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from docs.threats.table import PROJECT, Removal

# The order in which tests are tried: the quick ones first, and the first failure ends the trial.
_BY_COST: Final = ("tests/unit/", "tests/security/", "tests/service/", "tests/faults/", "tests/e2e/")
_LIMIT_S: Final = 900.0
# Names that are not there, and what is no Python at all: ruff's codes.
_BROKEN: Final = "F821,F822,F823,E9"


class RemovalError(Exception):
    """The removal cannot be made as it is declared; the message says why and where."""


class Word(StrEnum):
    """What became of a removal."""

    NOTICED = "noticed"
    UNNOTICED = "UNNOTICED"
    ERROR = "ERROR"


@dataclass(frozen=True, slots=True)
class Trial:
    """A removal, what became of it, and by which test or for what reason."""

    removal: Removal
    word: Word
    detail: str


def remove(removal: Removal, text: str) -> str:
    """Give the file's text without the control.

    Raises:
        RemovalError: the text to find is not there, or is there more than once, or nothing would change.

    """
    found = text.count(removal.find)
    if found != 1:
        raise RemovalError(f"{removal.id}: {removal.file} holds the text to find {found} times: {removal.find!r}")
    if removal.find == removal.replace:
        raise RemovalError(f"{removal.id}: {removal.file} would stay as it is")
    return text.replace(removal.find, removal.replace)


@contextmanager
def copied(project: Path = PROJECT) -> Iterator[Path]:
    """Make a copy that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="sentinel-removals-") as folder:
        copy = Path(folder) / "copy"
        for name in _files(project):
            target = copy / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(project / name, target)
        _furnish(copy)
        yield copy


def attempt(removal: Removal, tests: Sequence[str], copy: Path) -> Trial:
    """Make a removal in a copy, run tests there up to the first that fails, and take the removal back."""
    file = copy / removal.file
    before = file.read_text(encoding="utf-8")
    try:
        file.write_text(remove(removal, before), encoding="utf-8")
        if broken := _broken(file):
            return Trial(removal, Word.ERROR, broken)
        return judge(removal, _run(sorted(tests, key=_cost), copy))
    except (RemovalError, subprocess.TimeoutExpired) as error:
        return Trial(removal, Word.ERROR, str(error))
    finally:
        file.write_text(before, encoding="utf-8")


def judge(removal: Removal, found: Mapping[str, str]) -> Trial:
    """Give the verdict on what `docs.threats.trial` found.

    A test that cannot even be collected, or whose fixtures fail, notices that something is broken, not what is missing.
    """
    match found:
        case {"error": error}:
            return Trial(removal, Word.ERROR, error)
        case {"failed": test}:
            return Trial(removal, Word.NOTICED, test)
    return Trial(removal, Word.UNNOTICED, "every test of the row passes")


def _cost(test: str) -> int:
    return next((number for number, start in enumerate(_BY_COST) if test.startswith(start)), len(_BY_COST))


def _files(project: Path) -> Sequence[str]:
    command = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    listed = subprocess.run(command, cwd=project, capture_output=True, text=True, check=True)  # noqa: S603 - ours
    return [name for name in listed.stdout.split("\0") if name and (project / name).is_file()]


def _furnish(copy: Path) -> None:
    """Give the copy an environment: packages and commands from this one, the project's own modules from the copy."""
    home = copy / ".venv"
    venv.create(home, symlinks=True)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(home)}))
    ours = [str(copy), str(copy / "client"), sysconfig.get_path("purelib")]
    (site / "removals.pth").write_text("\n".join(ours), encoding="utf-8")
    for command in Path(sys.executable).parent.iterdir():
        link = home / "bin" / command.name
        if not link.exists():
            link.symlink_to(command)


def _broken(file: Path) -> str:
    """Say what of a changed Python file is no Python any more, or names nothing; empty where it is sound."""
    if file.suffix != ".py":
        return ""
    command = (sys.executable, "-m", "ruff", "check", "--isolated", "--quiet", "--output-format=concise")
    checked = subprocess.run([*command, f"--select={_BROKEN}", str(file)], capture_output=True, text=True, check=False)  # noqa: S603 - ours
    return checked.stdout.strip()


def _run(tests: Sequence[str], copy: Path) -> Mapping[str, str]:
    answer = copy / ".trial.json"
    answer.unlink(missing_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTHON", "PYTEST_"))}
    ran = subprocess.run(  # noqa: S603 - ours
        [str(copy / ".venv/bin/python"), "-m", "docs.threats.trial", str(answer), *tests],
        cwd=copy,
        env={**kept, "PYTHONDONTWRITEBYTECODE": "1", "VIRTUAL_ENV": str(copy / ".venv")},
        capture_output=True,
        text=True,
        timeout=_LIMIT_S,
        check=False,
    )
    if not answer.exists():
        return {"error": f"pytest did not run: {(ran.stderr or ran.stdout)[-500:]}"}
    found: Mapping[str, str] = json.loads(answer.read_text(encoding="utf-8"))
    return found
