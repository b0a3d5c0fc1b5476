"""Bytecode for the target's Python, written once and never checked against its source again.

Python recompiles bytecode whose recorded time differs from its source's, and Lambda unpacks zips with its own times:
without this every cold start compiles everything (PEP 552 describes unchecked hashes).
"""

import subprocess
from pathlib import Path
from typing import Final

# Where Lambda unpacks a zip; tracebacks name it.
TASK_ROOT: Final = "/var/task"
# Sets of constants are stored in the order of their hashes.
_ENVIRONMENT: Final = {"PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8"}


def compile_all(folder: Path, interpreter: Path) -> None:
    """Compile every module below a folder, one after the other, so that the same sources give the same bytes.

    Raises:
        RuntimeError: a module does not compile; the message names it.

    """
    isolated = (interpreter, "-s", "-S", "-P")
    how = ("-q", "-f", "--invalidation-mode=unchecked-hash", "-s", folder, "-p", TASK_ROOT)
    command = (*isolated, "-m", "compileall", *how, folder)
    done = subprocess.run(command, env=_ENVIRONMENT, capture_output=True, check=False, text=True)  # noqa: S603 - ours
    if done.returncode != 0:
        raise RuntimeError(f"compiling failed: {(done.stdout + done.stderr).strip()}")
