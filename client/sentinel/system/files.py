"""Files and folders that only their owner reads.

POSIX: the mode is 0600 or 0700, and a folder that is another user's, or open to others, is refused.

Windows: a mode means nothing but read-only. A file takes the access list of its folder. In a user's profile
(%LOCALAPPDATA%, %TEMP%) that list names the user, SYSTEM and Administrators, and no one else. So a folder is private if
it is in the profile, links followed, and no link itself; another is refused. No access list is changed or read.
"""

import os
import sys
import tempfile
from pathlib import Path
from typing import BinaryIO, Final

from sentinel.errors import UsageError

_CREATE: Final = os.O_RDWR | os.O_CREAT

if sys.platform == "win32":
    _NO_LINK: Final = os.O_BINARY

    def set_mode(handle: int, mode: int) -> None:
        """Leave the file the access list that it took from its folder."""

    def _refuse_if_open_to_others(folder: Path, otherwise: str) -> None:
        own = (os.environ.get("LOCALAPPDATA"), str(Path.home()))
        real = Path(os.path.realpath(folder))
        is_link = real != Path(os.path.realpath(folder.parent), folder.name)
        if is_link or not any(real.is_relative_to(os.path.realpath(parent)) for parent in own if parent):
            raise UsageError(
                f"{folder} is not in your profile, so others may read it",
                f"leave XDG_CACHE_HOME and XDG_STATE_HOME unset, for a folder in %LOCALAPPDATA%{otherwise}",
            )

else:
    _NO_LINK: Final = os.O_NOFOLLOW

    def set_mode(handle: int, mode: int) -> None:
        """Set the mode of an open file."""
        os.fchmod(handle, mode)

    def _refuse_if_open_to_others(folder: Path, otherwise: str) -> None:
        found = folder.stat(follow_symlinks=False)
        if found.st_uid != os.getuid() or found.st_mode & 0o077:
            raise UsageError(
                f"{folder} is open to others",
                f"chmod 700 {folder} and check what is in it{otherwise}",
            )


def open_private_folder(folder: Path, otherwise: str = ", or use --no-cache") -> None:
    """Make a folder that only its owner enters, or check the one that is there.

    `otherwise` ends the hint with what else can be done.

    Raises:
        UsageError: it cannot be made, or is open to others.

    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _refuse_if_open_to_others(folder, otherwise)
    except OSError as error:
        raise UsageError(f"{folder}: {error.strerror}", f"make it a folder of yours{otherwise}") from None


def open_owner_only(path: Path) -> BinaryIO:
    """Open a file for its owner alone, making it if it is missing; a link is not followed."""
    return os.fdopen(os.open(path, _CREATE | _NO_LINK, 0o600), "r+b")


def create_owner_only(path: str, flags: int) -> int:
    """Open a file that is not there yet, for its owner alone: an `opener` of `open`."""
    return os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o600)


def replace_file(path: Path, text: str, *, keeps_mode: bool = True) -> None:
    """Replace the file at once, keeping a symlink to it and, if `keeps_mode`, its mode; otherwise it becomes 0600.

    Raises:
        OSError: the folder or the file cannot be written; the old file is then untouched.

    """
    target = path.resolve()
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    mode = target.stat().st_mode & 0o7777 if keeps_mode and target.exists() else 0o600
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            set_mode(file.fileno(), mode)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
