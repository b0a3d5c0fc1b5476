"""The people of the tour: each runs commands as a person would, shown with what they print.

A command that does not end or print as it should ends the tour.
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
    """A step did not answer as it should; the message names it."""


@dataclass(slots=True)
class Running:
    """A command under way. What it prints is shown once it is read."""

    shown: str
    process: Process
    printed: list[str] = field(default_factory=list)

    async def prints(self, pattern: str) -> str:
        """Show what it prints, up to the first line that matches; gives the match."""
        async for line in self._lines():
            if found := re.search(pattern, line):
                return found[0]
        raise self._failed(f"never printed {pattern}")

    async def ends(self, code: int, finds: str) -> str:
        """Show the rest, and check how it ends; gives all it printed."""
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
    """Somebody who works in `folder` as one of the stack's callers."""

    name: str
    folder: Path
    environment: Mapping[str, str] = field(repr=False)

    async def does(self, title: str, *arguments: str, code: int = 0, finds: str = "") -> str:
        """Run `sentinel` to its end; gives what it printed.

        Raises:
            TourFailedError: its exit code is another, or what it printed does not have `finds` in it.

        """
        async with self.begins(title, *arguments) as running:
            return await running.ends(code, finds)

    @asynccontextmanager
    async def begins(self, title: str, *arguments: str) -> AsyncIterator[Running]:
        """Start `sentinel`; it is killed if the block is left before it ends."""
        words = ["python" if argument == sys.executable else argument for argument in arguments]
        shown = shlex.join(["sentinel", *words])
        show(title)
        say(f"{self.name}$ {shown}")
        process = await asyncio.create_subprocess_exec(
            *_SENTINEL,
            *arguments,
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
    """Begin a step."""
    say(f"\n── {title}")


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
