"""Bytecode and zips that are the same bytes for the same files.

Python recompiles bytecode whose recorded time differs from its source's, and Lambda unpacks zips with its own times:
with unchecked hashes (PEP 552) a cold start compiles nothing.
"""

import subprocess
import zipfile
from pathlib import Path
from typing import Final

# Where Lambda unpacks a zip; tracebacks name it.
TASK_ROOT: Final = "/var/task"
# Sets of constants are stored in the order of their hashes.
_ENVIRONMENT: Final = {"PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8"}
# The earliest time a zip can hold.
_TIME: Final = (1980, 1, 1, 0, 0, 0)
# A regular file that all users may read, as Lambda's own user must (Lambda Developer Guide, "Python .zip archives").
_MODE: Final = 0o100644
_UNIX: Final = 3
# The highest level takes about four times as long for one byte in a hundred and forty.
_LEVEL: Final = 6


def files_of(folder: Path) -> list[Path]:
    """List every file below a folder, in the order a zip has them."""
    return sorted((each for each in folder.rglob("*") if each.is_file()), key=lambda each: each.as_posix())


def write_zip(folder: Path, archive: Path) -> None:
    """Zip every file below a folder: sorted, with one time, one mode and one compression."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as written:
        for each in files_of(folder):
            entry = zipfile.ZipInfo(each.relative_to(folder).as_posix(), _TIME)
            entry.create_system = _UNIX
            entry.external_attr = _MODE << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            written.writestr(entry, each.read_bytes(), compresslevel=_LEVEL)


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
