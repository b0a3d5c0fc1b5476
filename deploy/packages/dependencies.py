"""Dependencies by their hashes, wheels only, for a target: as uv would install them there."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from deploy.packages.target import Target

PROJECT: Final = Path(__file__).parents[2]


class UvError(RuntimeError):
    """uv did not do what it was asked to; the message is its own."""


def export_group(group: str) -> str:
    """Give what the lock file names for a dependency group of pyproject.toml, as requirements.

    Raises:
        UvError: the lock file is not that of pyproject.toml.

    """
    return _uv("export", "--locked", "--no-emit-project", f"--only-group={group}", "--no-annotate")


def export_client() -> str:
    """Give what the lock file names for the client on macOS, Linux and Windows, as requirements.

    Raises:
        UvError: the lock file is not that of pyproject.toml.

    """
    return _uv("export", "--locked", "--no-emit-project", "--no-default-groups", "--no-annotate", "--no-header")


def install(requirements: str, target: Target, folder: Path) -> None:
    """Install requirements, every line with its hash.

    Raises:
        UvError: a hash is missing or another, or there is no wheel for the target.

    """
    _uv(
        "pip",
        "install",
        "--require-hashes",
        "--no-deps",
        "--only-binary=:all:",
        f"--python={sys.executable}",
        f"--python-platform={target.platform}",
        f"--python-version={target.python}",
        f"--target={folder}",
        "--requirements=-",
        given=requirements,
    )


def _uv(*arguments: str, given: str = "") -> str:
    command: Sequence[str] = (sys.executable, "-m", "uv", "--quiet", *arguments)
    done = subprocess.run(  # noqa: S603 - uv, ours
        command, cwd=PROJECT, input=given, capture_output=True, check=False, text=True
    )
    if done.returncode != 0:
        raise UvError(f"uv {arguments[0]} failed: {done.stderr.strip()}")
    return done.stdout
