"""Programs in JavaScript that tests run, with exactly what their lock files name."""

import shutil
import subprocess
from pathlib import Path

import pytest


def install_node_program(source: Path, folder: Path) -> None:
    """Copy a folder with a `package-lock.json` and install what it names; skips the test where there is no npm."""
    if shutil.which("npm") is None:
        pytest.skip("needs Node.js and npm, and this machine has none")
    shutil.copytree(source, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules"))
    install = ("npm", "ci", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts")
    subprocess.run(install, cwd=folder, check=True, stdout=subprocess.DEVNULL)
