"""People with an empty home on a machine with the local stack, and the shell they type into."""

import asyncio
import os
import shlex
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.stack import LocalStack
from tests.e2e.sdks.installed import aws_cli
from tests.forks.program import SENTINEL, Program, start
from tests.patience import LIMIT_S

PROJECT = Path(__file__).parents[3]
_BASH_READS = frozenset("\n\\$`~*?[]{}()<>|&;#!")


@dataclass(frozen=True, slots=True)
class Done:
    """What a script printed, and its exit code."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Person:
    """One person. `environment` holds the paths of files with keys, and no keys."""

    name: str
    home: Path
    environment: Mapping[str, str] = field(repr=False)

    async def types(self, script: str, **more: str) -> Done:
        """Run a script in bash, as typed in the home folder; a command that fails ends it.

        A command of Sentinel's by itself needs no bash, and is a fork.
        """
        process = await self._start(script, {**self.environment, **more})
        async with asyncio.timeout(LIMIT_S):
            out, err = await process.communicate()
        assert process.returncode is not None
        return Done(process.returncode, out.decode(), err.decode())

    async def _start(self, script: str, environ: Mapping[str, str]) -> Program:
        command, *arguments = shlex.split(script)
        if command == "sentinel" and not _BASH_READS & {*script}:
            return await start(SENTINEL, "sentinel", *arguments, environ=environ, folder=self.home)
        return await asyncio.create_subprocess_exec(
            *("bash", "-c", f"set -euo pipefail\n{script}"),
            cwd=self.home,
            env=environ,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    async def succeeds(self, script: str, **more: str) -> Done:
        """Run a script that has to end with 0."""
        done = await self.types(script, **more)
        assert done.code == 0, f"{script}\n{done.out}\n{done.err}"
        return done


def employ(stack: LocalStack, name: str, folder: Path, tools: Path) -> Person:
    """Give a caller of the stack a home with nothing in it but their AWS profiles."""
    home = folder / name
    (home / ".aws").mkdir(parents=True)
    variables = dict(stack.caller_environment)
    for variable, file in (("AWS_CONFIG_FILE", "config"), ("AWS_SHARED_CREDENTIALS_FILE", "credentials")):
        copy = home / ".aws" / file
        copy.touch(mode=0o600)
        copy.write_bytes(Path(variables.pop(variable)).read_bytes())
    kept = {each: os.environ[each] for each in ("LANG", "TMPDIR") if each in os.environ}
    path = os.pathsep.join([str(tools), str(Path(sys.executable).parent), os.environ["PATH"]])
    # The AWS CLI of PyPI is version 1, which reads no other name of the region.
    region = {"AWS_DEFAULT_REGION": variables["AWS_REGION"]}
    return Person(name, home, {**kept, **variables, **region, "HOME": str(home), "PATH": path, "AWS_PROFILE": name})


def install_tools(folder: Path) -> Path:
    """Put `aws` into a folder: uv runs it in an environment of its own."""
    folder.mkdir()
    python, *arguments = aws_cli()
    wrapper = folder / "aws"
    wrapper.write_text(f'#!/bin/sh\nexec {python} {" ".join(arguments)} "$@"\n', encoding="utf-8")
    wrapper.chmod(0o700)
    assert shutil.which("aws", path=str(folder))
    return folder
