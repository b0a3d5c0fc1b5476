"""Takes a row's control away in a copy of the project, and sees whether the row's own tests notice.

A copy has the files that git does not ignore, and an environment with this one's packages, in which the project's own
modules are the copy's. Each removal is written into the copy, tried, and taken back.
"""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import venv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from deploy.docs.threats.table import PROJECT, Removal

# The order in which tests are tried, by how their ids begin; the first failure ends the trial. What needs a stack,
# Node.js or every call to AWS comes last.
_FIRST: Final = "tests/unit/"
_LAST: Final = ("tests/unit/cdk/", "tests/security/guardrails/", "tests/security/test_", "tests/faults/", "tests/e2e/")
# A control that is gone may leave a test waiting for ever.
_LIMIT: Final = "--timeout=300"
_WITHOUT: Final = ("-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:xdist")
_OPTIONS: Final = ("-x", "-q", "--no-header", "--tb=short", _LIMIT, *_WITHOUT)
_LEFT_BEHIND: Final = frozenset({"__pycache__", "build", "dist", "mutants", "node_modules"})
# Names that are not there, and what the oldest supported Python cannot read: ruff's codes.
_RUFF: Final = ("-m", "ruff", "check", "--isolated", "--quiet", "--output-format=concise", "--target-version=py311")
_BROKEN: Final = "--select=F821,F822,F823,E9"


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
    """Make a copy that is gone afterwards; gives its folder."""
    with tempfile.TemporaryDirectory(prefix="sentinel-removals-") as parent:
        folder = Path(parent) / "copy"
        for name in files_of(project):
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(project / name, target)
        _furnish(folder)
        yield folder


def attempt(removal: Removal, tests: Sequence[str], copy: Path) -> Trial:
    """Make a removal in a copy, run tests there up to the first that fails, and take the removal back."""
    file = copy / removal.file
    before = file.read_text(encoding="utf-8")
    try:
        file.write_text(remove(removal, before), encoding="utf-8")
        if file.suffix == ".py" and (fault := broken(file)):
            return Trial(removal, Word.ERROR, fault)
        return judge(removal, *run_tests(sorted(tests, key=_cost), copy))
    except RemovalError as error:
        return Trial(removal, Word.ERROR, str(error))
    finally:
        file.write_text(before, encoding="utf-8")


def run_tests(tests: Sequence[str], copy: Path) -> tuple[int, str]:
    """Run tests in a copy up to the first that fails; gives pytest's exit code and its report."""
    report = copy / ".trial.xml"
    report.write_text("<testsuites/>", encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTHON", "PYTEST_"))}
    with subprocess.Popen(  # noqa: S603 - ours
        [str(copy / ".venv/bin/python"), "-m", "pytest", *_OPTIONS, f"--junitxml={report}", *tests],
        cwd=copy,
        env={**kept, "PYTHONDONTWRITEBYTECODE": "1", "VIRTUAL_ENV": str(copy / ".venv")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            code = process.wait()
        finally:
            # What a failed test left running ends too.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    return code, report.read_text(encoding="utf-8")


def judge(removal: Removal, code: int, report: str) -> Trial:
    """Give the verdict on pytest's exit code and report.

    A test that cannot even be collected, or whose fixtures fail, notices that something is broken, not what is missing.
    """
    for case in ET.fromstring(report).iter("testcase"):  # noqa: S314 - written by pytest
        test, fault = f"{case.get('classname')}::{case.get('name')}", case.find("failure")
        if fault is not None:
            return Trial(removal, Word.NOTICED, test)
        if (fault := case.find("error")) is not None:
            message = fault.get("message", "")
            word = Word.NOTICED if message.startswith("failed on teardown") else Word.ERROR
            return Trial(removal, word, f"{test}: {message}")
    if code:
        return Trial(removal, Word.ERROR, f"pytest ended with {code}")
    return Trial(removal, Word.UNNOTICED, "every test of the row passes")


def _cost(test: str) -> tuple[int, bool]:
    late = next((number for number, start in enumerate(_LAST, start=1) if test.startswith(start)), 0)
    return late, not test.startswith(_FIRST)


def files_of(project: Path = PROJECT) -> Sequence[str]:
    """List the files that git does not ignore; without a repository, all but what tools leave behind."""
    command = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    listed = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    if listed.returncode == 0:
        return sorted(name for name in listed.stdout.split("\0") if name and (project / name).is_file())
    found: list[str] = []
    for folder, folders, files in os.walk(project):
        folders[:] = [name for name in folders if name not in _LEFT_BEHIND and not name.startswith(".")]
        found += [str((Path(folder) / name).relative_to(project)) for name in files]
    return sorted(found)


def fingerprint(project: Path = PROJECT) -> str:
    """Name the state of the project: another one where any of its files is another."""
    digest = hashlib.sha256()
    for name in files_of(project):
        digest.update(f"{name}\n".encode() + hashlib.sha256((project / name).read_bytes()).digest())
    return digest.hexdigest()


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


def broken(place: Path) -> str:
    """Say what in a Python file, or in those of a folder, is no Python or names nothing; empty where all is sound."""
    command = (sys.executable, *_RUFF, _BROKEN, str(place))
    checked = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    return checked.stdout.strip()
