"""Runs an unpacked zip as Lambda would: under AWS's Runtime Interface Emulator, by the official runtime client.

    async with EmulatedLambda(target, folder, "services.vend.handler.handler", environment, log_file) as function:
        answer = await function.invoke(event)

The zip is all the function has: no site-packages, no variable of ours, an empty home.
"""

import asyncio
import hashlib
import json
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

import aiohttp

from deploy.local.child import Child
from deploy.local.runtime.api import FunctionFailedError
from deploy.packages import kill_with_parent
from deploy.packages.dependencies import PROJECT, export_group, install
from deploy.packages.target import Target, find_interpreter

# The emulator places every function in this account, regardless of its settings: an event's API must be of it.
EMULATED_ACCOUNT: Final = "012345678912"
_TOOLS: Final = PROJECT / ".tools"
_EMULATOR: Final = Path(__file__).with_name("emulator.txt")
_LOOPBACK: Final = "127.0.0.1"
_PATH: Final = "/2015-03-31/functions/function/invocations"
_START_LIMIT_S: Final = 20.0
_POLL_S: Final = 0.01


@dataclass(slots=True)
class EmulatedLambda:
    """One execution environment: one request at a time. Its init phase is part of the first invocation."""

    target: Target
    folder: Path
    handler: str
    environment: Mapping[str, str] = field(repr=False)
    log_file: Path
    _url: str = field(init=False, repr=False)
    _child: Child = field(init=False, repr=False)
    _session: aiohttp.ClientSession = field(init=False, repr=False)
    _open: AsyncExitStack = field(default_factory=AsyncExitStack, init=False, repr=False)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def start(self) -> None:
        """Start the emulator and wait until it takes invocations.

        Raises:
            RuntimeError: it ended, or does not listen; the message ends with its log.

        """
        own, runtime = (f"{_LOOPBACK}:{port}" for port in _free_ports(2))
        command = await asyncio.to_thread(self._command, own, runtime)
        self._child = await Child.start(
            command, environment=self._environment(), folder=self.folder, log_file=self.log_file
        )
        self._open.push_async_callback(self._child.kill)
        self._url = f"http://{own}{_PATH}"
        session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None))
        self._session = await self._open.enter_async_context(session)
        try:
            await self._wait_until_listening(own)
        except BaseException:
            await self.close()
            raise

    async def invoke(self, event: bytes) -> bytes:
        """Invoke the function; gives its answer.

        Raises:
            FunctionFailedError: it raised, could not be initialized, or ended.

        """
        try:
            async with self._session.post(self._url, data=event) as response:
                answer = await response.read()
        except aiohttp.ClientError as error:
            raise FunctionFailedError(f"the emulator went away: {type(error).__name__}") from error
        reason = _failure(answer) or (None if response.ok else f"the emulator answered {response.status}")
        if reason is not None:
            raise FunctionFailedError(reason)
        return answer

    @property
    def pid(self) -> int:
        """The emulator's process, which leads a group of its own."""
        return self._child.pid

    @property
    def runtime_pid(self) -> int | None:
        """The function's process, which leads another: the one to freeze. None before the first invocation."""
        found = Path(f"/proc/{self.pid}/task").glob("*/children")
        return next((int(pid) for children in found for pid in children.read_text().split()), None)

    async def close(self) -> None:
        """Kill the emulator; the function's process, frozen or not, goes with it."""
        await self._open.aclose()

    async def _wait_until_listening(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        with suppress(TimeoutError):
            async with asyncio.timeout(_START_LIMIT_S):
                while self._child.running:
                    with suppress(OSError):
                        _, writer = await asyncio.open_connection(host, int(port))
                        writer.close()
                        return
                    await asyncio.sleep(_POLL_S)
        tail = self.log_file.read_text(encoding="utf-8", errors="replace")[-2000:]
        raise RuntimeError(f"the runtime interface emulator did not start; its log ends:\n{tail}")

    def _command(self, own: str, runtime: str) -> list[str]:
        # Both addresses, always: without them it listens on every interface.
        emulator = str(fetch_emulator(self.target))
        addresses = ("--runtime-interface-emulator-address", own, "--runtime-api-address", runtime)
        client = (str(find_interpreter(self.target.python)), "-s", "-S", "-m", "awslambdaric", self.handler)
        return [sys.executable, "-I", "-S", kill_with_parent.__file__, emulator, *addresses, *client]

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": "/usr/bin:/bin",
            "HOME": "/nonexistent",
            "LANG": "C.UTF-8",
            "TZ": ":UTC",
            "PYTHONPATH": str(fetch_runtime(self.target)),
            "PYTHONDONTWRITEBYTECODE": "1",
            "LAMBDA_TASK_ROOT": str(self.folder),
            "AWS_LAMBDA_FUNCTION_TIMEOUT": "29",
            **self.environment,
        }


def _free_ports(count: int) -> list[int]:
    """Find free ports, all at once so that no two are the same."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind((_LOOPBACK, 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def _failure(answer: bytes) -> str | None:
    """Read Lambda's form of an error, which the emulator sends in place of an answer."""
    try:
        value: Any = json.loads(answer)
    except ValueError:
        return None
    if not isinstance(value, dict) or not {"errorType", "errorMessage"} <= value.keys():
        return None
    return f"{value['errorType']}: {value['errorMessage']}"


def fetch_emulator(target: Target) -> Path:
    """Give the Runtime Interface Emulator's binary for the target's architecture."""
    requirements = _EMULATOR.read_text(encoding="utf-8")

    def fill(folder: Path) -> None:
        install(requirements, target, folder / "wheel")
        shutil.move(folder / f"wheel/samcli/local/rapid/aws-lambda-rie-{target.arch}", folder / "aws-lambda-rie")
        (folder / "aws-lambda-rie").chmod(0o755)
        shutil.rmtree(folder / "wheel")

    return _keep(f"emulator-{target.arch}", requirements, fill) / "aws-lambda-rie"


def fetch_runtime(target: Target) -> Path:
    """Give the folder of what Lambda's Python runtime brings: the runtime client and the snapshot hooks."""
    requirements = export_group("lambda-runtime")

    def fill(folder: Path) -> None:
        install(requirements, target, folder / "packages")

    name = f"runtime-{target.python}-{target.arch}"
    return _keep(name, requirements, fill) / "packages"


def _keep(name: str, inputs: str, fill: Callable[[Path], None]) -> Path:
    """Fill a folder once for its inputs. It appears completely or not at all, even with concurrent callers."""
    kept = _TOOLS / f"lambda-{name}-{hashlib.sha256(inputs.encode()).hexdigest()[:16]}"
    if not kept.exists():
        _TOOLS.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=_TOOLS, ignore_cleanup_errors=True) as work:
            filled = Path(work) / name
            filled.mkdir()
            fill(filled)
            # Another process may have been faster: then its folder is used.
            with suppress(OSError):
                filled.rename(kept)
    return kept
