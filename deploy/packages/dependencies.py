"""A Lambda's dependencies, as the lock file has them: every one by its hash, wheels only, for the target."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from deploy.packages.contents import PROJECT, Contents
from deploy.packages.target import Target


class UvError(RuntimeError):
    """uv did not do what it was asked to; the message is its own."""


def install(contents: Contents, target: Target, folder: Path) -> None:
    """Install what the lock file names for a Lambda into a folder, as uv would on the target.

    Raises:
        UvError: the lock file is not that of pyproject.toml, a hash is another, or there is no wheel for the target.

    """
    requirements = folder.with_suffix(".txt")
    requirements.write_text(_export(contents), encoding="utf-8")
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
        f"--requirements={requirements}",
    )


def _export(contents: Contents) -> str:
    return _uv("export", "--locked", "--no-emit-project", f"--only-group={contents.group}", "--no-annotate")


def _uv(*arguments: str) -> str:
    command: Sequence[str] = (sys.executable, "-m", "uv", "--quiet", *arguments)
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, check=False, text=True)  # noqa: S603 - uv, ours
    if done.returncode != 0:
        raise UvError(f"uv {arguments[0]} failed: {done.stderr.strip()}")
    return done.stdout
