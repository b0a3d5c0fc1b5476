"""The share of a core that a memory size gives: Lambda gives 1,769 MB one vCPU, and less in proportion.

Lambda Developer Guide, "Configure Lambda function memory". The kernel enforces it where this process may make a control
group (version 2, or 1 with the cpu controller). Elsewhere the process is stopped for the rest of each period in which
it has used up its share: the kernel's own method, at a coarser grain.
"""

import asyncio
import os
import secrets
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

_FULL_CORE_MB: Final = 1769
_PERIOD_US: Final = 20_000
_STEP_S: Final = 0.002
_ROOT: Final = Path("/sys/fs/cgroup")


class CpuQuota:
    """No limit: a whole core, and whatever else is free. The base of those that limit."""

    method = "none"

    def attach(self, pid: int) -> None:
        """Begin to limit a process, and what it starts from now on."""

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Enter while the process runs."""
        yield

    def close(self) -> None:
        """Let go of the process, which lives or ended long ago."""


class KernelQuota(CpuQuota):
    """A control group of its own; OSError where none can be made."""

    method = "control group"

    def __init__(self, share: float) -> None:
        is_v2 = (_ROOT / "cgroup.controllers").exists()
        self.folder = (_ROOT if is_v2 else _ROOT / "cpu") / f"sentinel-load-{secrets.token_hex(4)}"
        quota_us = int(_PERIOD_US * share)
        self.folder.mkdir()
        try:
            if is_v2:
                (self.folder / "cpu.max").write_text(f"{quota_us} {_PERIOD_US}")
            else:
                (self.folder / "cpu.cfs_period_us").write_text(str(_PERIOD_US))
                (self.folder / "cpu.cfs_quota_us").write_text(str(quota_us))
        except OSError:
            self.folder.rmdir()
            raise

    def attach(self, pid: int) -> None:
        """Move the process into the group."""
        (self.folder / "cgroup.procs").write_text(str(pid))

    def close(self) -> None:
        """Move what is left to the group above, and remove the group."""
        for pid in (self.folder / "cgroup.procs").read_text().split():
            with suppress(OSError):
                (self.folder.parent / "cgroup.procs").write_text(pid)
        self.folder.rmdir()


class SteppedQuota(CpuQuota):
    """Looks every two milliseconds what the process has used of this period's share, and stops it when that is all."""

    method = "stopping"

    def __init__(self, share: float) -> None:
        self._allowed_ns = int(_PERIOD_US * share) * 1000
        self._pid = 0

    def attach(self, pid: int) -> None:
        """Remember the process."""
        self._pid = pid

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Limit the process while it runs."""
        limiter = asyncio.create_task(self._limit())
        try:
            yield
        finally:
            limiter.cancel()
            with suppress(asyncio.CancelledError):
                await limiter

    async def _limit(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            period_ends_s = loop.time() + _PERIOD_US / 1e6
            used_ns = self._used_ns()
            while loop.time() < period_ends_s:
                await asyncio.sleep(_STEP_S)
                if self._used_ns() - used_ns >= self._allowed_ns:
                    await self._stop_for(period_ends_s - loop.time())

    async def _stop_for(self, seconds: float) -> None:
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGSTOP)
            try:
                await asyncio.sleep(max(0.0, seconds))
            finally:
                os.kill(self._pid, signal.SIGCONT)

    def _used_ns(self) -> int:
        """Give the nanoseconds the process's threads were on a processor (proc(5), schedstat)."""
        files = Path(f"/proc/{self._pid}/task").glob("*/schedstat")
        return sum(int(file.read_text().split()[0]) for file in files)


def make_quota(memory_mb: int | None) -> CpuQuota:
    """Make the quota of a memory size; None, or enough for a whole core, is no limit.

    The functions are single-threaded, so more than one core would change nothing.
    """
    if memory_mb is None or memory_mb >= _FULL_CORE_MB:
        return CpuQuota()
    share = memory_mb / _FULL_CORE_MB
    try:
        return KernelQuota(share)
    except OSError:
        return SteppedQuota(share)
