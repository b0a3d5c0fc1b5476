"""The users in the tour. Each runs `sentinel` commands; the commands and their output are shown.

A command with an unexpected exit code or output ends the tour.
"""

import asyncio
import re
import shlex
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

_SENTINEL: Final = (sys.executable, "-m", "sentinel")
_LIMIT_S: Final = 300.0


class TourFailedError(Exception):
    """A step did not have the expected result; the message names the step."""


@dataclass(slots=True)
class Running:
    """A running command. Its output is shown as it is read."""

    shown: str
    process: Process
    printed: list[str] = field(default_factory=list)

    async def prints(self, pattern: str) -> str:
        """Show the output up to the first line that matches `pattern`; returns the match."""
        async for line in self._lines():
            if found := re.search(pattern, line):
                return found[0]
        raise self._failed(f"never printed {pattern}")

    async def ends(self, code: int, finds: str) -> str:
        """Show the rest of the output and check the exit code; returns the whole output."""
        async for _ in self._lines():
            pass
        printed = "".join(self.printed)
        if await self.process.wait() != code:
            raise self._failed(f"ended with exit code {self.process.returncode}, not {code}")
        if finds not in printed:
            raise self._failed(f"did not print {finds!r}")
        return printed

    async def _lines(self) -> AsyncIterator[str]:
        assert self.process.stdout is not None
        try:
            async with asyncio.timeout(_LIMIT_S):
                while line := (await self.process.stdout.readline()).decode(errors="replace"):
                    self.printed.append(line)
                    say(f"  {line.rstrip()}")
                    yield line
        except TimeoutError:
            raise self._failed(f"took more than {_LIMIT_S:.0f} seconds") from None

    def _failed(self, how: str) -> TourFailedError:
        return TourFailedError(f"`{self.shown}` {how}")


@dataclass(frozen=True, slots=True)
class Actor:
    """A user who works in `folder` as one of the stack's callers."""

    name: str
    folder: Path
    environment: Mapping[str, str] = field(repr=False)

    async def does(self, title: str, command: str, *, code: int = 0, finds: str = "") -> str:
        """Run a command of `sentinel` to its end; returns its output.

        Raises:
            TourFailedError: the exit code is not `code`, or the output does not contain `finds`.

        """
        async with self.begins(title, command) as running:
            return await running.ends(code, finds)

    @asynccontextmanager
    async def begins(self, title: str, command: str) -> AsyncIterator[Running]:
        """Start a command, quoted as in a shell; leaving the block kills it if it still runs.

        It is one of `sentinel`, or a Python program where it begins with `python`.
        """
        words = shlex.split(command)
        program = () if words[0] == "python" else _SENTINEL
        shown = shlex.join([*(["sentinel"] if program else []), *words])
        show(title)
        say(f"{self.name}$ {shown}")
        process = await asyncio.create_subprocess_exec(
            *program,
            *(sys.executable if word == "python" else word for word in words),
            cwd=self.folder,
            env=dict(self.environment),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=PIPE,
            stderr=STDOUT,
        )
        try:
            yield Running(shown, process)
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def show(title: str) -> None:
    """Print the heading of a step."""
    say(f"\n── {title}")


def say(text: str) -> None:
    """Print a line and flush it."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
