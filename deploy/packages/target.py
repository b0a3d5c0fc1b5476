"""What a zip is built for: a Python version and an architecture, and the interpreter that compiles for it."""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

LAMBDA_PYTHON: Final = "3.13"
# Lambda's names of architectures, and the platforms uv takes wheels for. Amazon Linux 2023 has a newer libc than these
# require; every locked wheel runs on it, and on the machines that run the tests.
PLATFORMS: Final = {"x86_64": "x86_64-manylinux2014", "arm64": "aarch64-manylinux2014"}
_MACHINES: Final = {"x86_64": "x86_64", "aarch64": "arm64"}
_WHO: Final = "import sys; print(sys.implementation.name, '%d.%d' % sys.version_info[:2])"
_PATIENCE_S: Final = 120


class NoInterpreterError(LookupError):
    """No Python of the wanted version is on this machine; the message says how to get one."""


@dataclass(frozen=True, slots=True)
class Target:
    """A Python version (`3.13`) and an architecture by Lambda's name (`x86_64` or `arm64`)."""

    python: str = LAMBDA_PYTHON
    arch: str = "x86_64"

    def __post_init__(self) -> None:
        if self.arch not in PLATFORMS:
            raise ValueError(f"unknown architecture {self.arch!r}: Lambda has {' and '.join(PLATFORMS)}")

    @classmethod
    def host(cls) -> Self:
        """Give what runs on this machine: Lambda's own Python where it is installed, else the running one.

        Raises:
            LookupError: Lambda's wheels do not run here at all.

        """
        if sys.platform != "linux" or platform.machine() not in _MACHINES:
            raise LookupError(f"zips for Lambda hold wheels for Linux, which {sys.platform} does not run")
        arch = _MACHINES[platform.machine()]
        try:
            find_interpreter(LAMBDA_PYTHON)
        except NoInterpreterError:
            return cls("{}.{}".format(*sys.version_info), arch)
        return cls(LAMBDA_PYTHON, arch)

    @property
    def platform(self) -> str:
        """Name the platform as uv does."""
        return PLATFORMS[self.arch]


def find_interpreter(version: str) -> Path:
    """Find a CPython of a version such as `3.13`: this one, one on PATH, one of pyenv's, or one of uv's.

    Raises:
        NoInterpreterError: this machine has no such Python.

    """
    for candidate in _candidates(version):
        if _is_python(candidate, version):
            return candidate
    raise NoInterpreterError(
        f"no Python {version} was found to compile with: "
        f"install one with `uv python install {version}` or `pyenv install {version}`, or put it on PATH"
    )


def _candidates(version: str) -> Iterator[Path]:
    yield Path(sys.executable)
    on_path = shutil.which(f"python{version}")
    if on_path is not None:
        yield Path(on_path)
    # pyenv's shims on PATH answer only for the versions it has switched on.
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from sorted(pyenv.glob(f"versions/{version}.*/bin/python{version}"), reverse=True)
    command = (sys.executable, "-m", "uv", "python", "find", "--managed-python", "--no-python-downloads", version)
    found = subprocess.run(command, capture_output=True, check=False, text=True, timeout=_PATIENCE_S)  # noqa: S603 - ours
    if found.returncode == 0:
        yield Path(found.stdout.strip())


def _is_python(path: Path, version: str) -> bool:
    try:
        answer = subprocess.run(  # noqa: S603 - asks what an interpreter found in the usual places is
            (path, "-I", "-S", "-c", _WHO), capture_output=True, check=False, text=True, timeout=_PATIENCE_S
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0 and answer.stdout.split() == ["cpython", version]
