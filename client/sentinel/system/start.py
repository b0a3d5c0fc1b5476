"""Starting programs: finding them, their descriptors, and how a command line is written and read."""

import asyncio
import errno
import os
import shlex
import shutil
import subprocess
import sys
from asyncio.subprocess import Process
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from sentinel.errors import ClientError

# What shells answer when there is no such command, and when it cannot be run (POSIX, Shell Command Language 2.8.2).
NOT_FOUND: Final = 127
NOT_EXECUTABLE: Final = 126


class CannotStartError(ClientError):
    code = "cannot_start"

    def __init__(self, message: str, exit_code: int, hint: str = "") -> None:
        super().__init__(message, hint)
        self.exit_code = exit_code


if sys.platform == "win32":
    _ENDINGS: Final = ".COM;.EXE;.BAT;.CMD"
    _BATCH: Final = frozenset({".bat", ".cmd"})
    # What cmd.exe reads as its own within quotation marks, too.
    _UNQUOTABLE: Final = frozenset('"%!\r\n\0')

    # A console of its own that is not shown: it can neither ask on ours nor be interrupted from it.
    AWAY_FROM_THE_TERMINAL: Final[Mapping[str, Any]] = {"creationflags": subprocess.CREATE_NO_WINDOW}

    def join_words(words: Sequence[str]) -> str:
        """Write a command line as AWS tools read it."""
        return subprocess.list2cmdline(words)

    async def start(command: Sequence[str], environ: Mapping[str, str]) -> Process:
        """Start a program, found as PowerShell finds it: in PATH, and not in the current folder.

        A batch file is run by cmd.exe. Words that cmd.exe would take apart are refused.

        Raises:
            CannotStartError: there is no such command (exit code 127), or it cannot be run (126).

        """
        program = _find(command[0], environ)
        if program is None:
            raise CannotStartError(f"{command[0]}: command not found", NOT_FOUND)
        try:
            if Path(program).suffix.lower() in _BATCH:
                return await asyncio.create_subprocess_shell(_batch_line([program, *command[1:]]), env=environ)
            return await asyncio.create_subprocess_exec(program, *command[1:], env=environ)
        except OSError as error:
            raise CannotStartError(f"{command[0]}: {error.strerror}", NOT_EXECUTABLE) from None

    def _find(program: str, environ: Mapping[str, str]) -> str | None:
        endings = [ending for ending in environ.get("PATHEXT", _ENDINGS).lower().split(";") if ending]
        is_path = any(mark in program for mark in "\\/:")
        folders = [""] if is_path else [folder for folder in environ.get("PATH", "").split(";") if folder]
        names = [program] if Path(program).suffix.lower() in endings else [program + ending for ending in endings]
        found = (os.path.join(folder, name) for folder in folders for name in names)  # noqa: PTH118 - "" is no folder
        return next((path for path in found if os.path.isfile(path)), None)  # noqa: PTH113 - as above

    def _batch_line(words: Sequence[str]) -> str:
        if any(_UNQUOTABLE & set(word) for word in words):
            raise CannotStartError(
                f"{words[0]}: is run by cmd.exe, which would change words with \", %, ! or a line's end",
                NOT_EXECUTABLE,
                "start a shell instead (sentinel exec PROFILE -- powershell) and run it there",
            )
        return " ".join(f'"{word}"' for word in words)

else:
    _SHELL: Final = "/bin/sh"

    AWAY_FROM_THE_TERMINAL: Final[Mapping[str, Any]] = {"start_new_session": True}

    def join_words(words: Sequence[str]) -> str:
        """Write a command line as AWS tools read it."""
        return shlex.join(words)

    async def start(command: Sequence[str], environ: Mapping[str, str]) -> Process:
        """Start a program with the descriptors that were handed to us. `/bin/sh` runs a script without `#!`.

        Raises:
            CannotStartError: there is no such command (exit code 127), or it cannot be run (126).

        """
        try:
            return await asyncio.create_subprocess_exec(*command, env=environ, close_fds=False)
        except FileNotFoundError:
            if _find(command[0], environ) is not None:
                raise CannotStartError(
                    f"{command[0]}: the program that its first line names is missing", NOT_EXECUTABLE
                ) from None
            raise CannotStartError(f"{command[0]}: command not found", NOT_FOUND) from None
        except OSError as error:
            script = _find(command[0], environ)
            if error.errno == errno.ENOEXEC and script is not None and command[0] != _SHELL:
                return await start([_SHELL, script, *command[1:]], environ)
            raise CannotStartError(f"{command[0]}: {error.strerror}", NOT_EXECUTABLE) from None

    def _find(program: str, environ: Mapping[str, str]) -> str | None:
        return shutil.which(program, path=environ.get("PATH"))
