"""A person at a machine of their own, working against the local stack with the `sentinel` command."""

import asyncio
import os
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local.stack import LocalStack
from tests.forks.program import SENTINEL, Program, start


@dataclass(frozen=True)
class Finished:
    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Conversation:
    """A command that answers each line with the ARN it runs as and a note it read."""

    process: Program

    async def ask(self) -> tuple[str, str]:
        """Have the command call AWS once more; gives the ARN and the note."""
        answer = (await self._answer()).split()
        assert len(answer) == 2, f"the command ended: {await self._complaint()}"
        return answer[0], answer[1]

    async def complains(self) -> str:
        """Have the command call AWS, and end because it may not; gives what it says."""
        assert await self._answer() == ""
        return await self._complaint()

    async def _answer(self) -> str:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(b"\n")
        return (await self.process.stdout.readline()).decode()

    async def _complaint(self) -> str:
        assert self.process.stderr is not None
        return (await self.process.stderr.read()).decode()


@dataclass(frozen=True)
class Person:
    """Runs commands as one of the stack's callers, with nothing of the developer's own environment."""

    home: Path
    environ: Mapping[str, str]

    async def run(self, *command: str, **more: str) -> Finished:
        process = await asyncio.create_subprocess_exec(
            *command, env={**self.environ, **more}, stdin=asyncio.subprocess.DEVNULL, stdout=PIPE, stderr=PIPE
        )
        out, err = await process.communicate()
        assert process.returncode is not None
        return Finished(process.returncode, out.decode(), err.decode())

    async def sentinel(self, *arguments: str, **more: str) -> Finished:
        process = await start(SENTINEL, "sentinel", *arguments, environ={**self.environ, **more})
        out, err = await process.communicate()
        assert process.returncode is not None
        return Finished(process.returncode, out.decode(), err.decode())

    @asynccontextmanager
    async def start(self, *arguments: str) -> AsyncIterator[Program]:
        """Start `sentinel` with open pipes; it is stopped when the block ends."""
        process = await start(SENTINEL, "sentinel", *arguments, environ=self.environ, talks=True)
        async with _ending(process):
            yield process

    @asynccontextmanager
    async def converse(self, profile: str, command: tuple[str, ...]) -> AsyncIterator[Conversation]:
        """Start a command under `sentinel exec`, to be asked line by line."""
        async with self.start("exec", profile, "--", *command) as process:
            yield Conversation(process)

    @asynccontextmanager
    async def runs(self, command: tuple[str, ...]) -> AsyncIterator[Conversation]:
        """Start a command by itself, to be asked line by line."""
        process = await asyncio.create_subprocess_exec(*command, env=self.environ, stdin=PIPE, stdout=PIPE, stderr=PIPE)
        async with _ending(process):
            yield Conversation(process)


@asynccontextmanager
async def _ending(process: Program) -> AsyncIterator[None]:
    try:
        yield
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


def person(stack: LocalStack, caller: str, home: Path) -> Person:
    """Be one of the stack's callers. The endpoint of AWS comes from their AWS profile alone."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
    given = {name: value for name, value in stack.caller_environment.items() if name != "AWS_ENDPOINT_URL"}
    return Person(home, {**kept, **given, "HOME": str(home), "AWS_PROFILE": caller})
