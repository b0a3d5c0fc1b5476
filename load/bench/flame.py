"""The flame graph of a vend: py-spy samples a function that vends without latency."""

import asyncio
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

from load.bench.fixtures import documents
from load.bench.measure import run_worker, work
from load.system.model import ModelProcess

# py-spy stops the process for every sample; more of them would measure py-spy.
_RATE: Final = "250"
_VENDS: Final = 3000
# The title that py-spy gives: its own command line.
_TITLE: Final = re.compile(r'(<text id="title"[^>]*>)[^<]*')


async def draw(file: Path) -> None:
    """Write the graph as an SVG.

    Raises:
        RuntimeError: py-spy could not look into the process; on Linux that takes root, or kernel.yama.ptrace_scope=0.

    """
    async with ModelProcess(zero=True, sts_per_second=0) as model:
        await model.put_parameters(documents())
        async with run_worker("ours", model.url) as worker:
            await work(worker, 200)
            spy = await asyncio.create_subprocess_exec(
                Path(sys.executable).with_name("py-spy"),
                "record",
                *("--pid", str(worker.pid), "--rate", _RATE, "--format", "flamegraph", "--output", file),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )
            await work(worker, _VENDS)
        _, said = await spy.communicate()
    if spy.returncode:
        raise RuntimeError(f"py-spy failed: {said.decode(errors='replace').strip()}")
    await asyncio.to_thread(_retitle, file)


def _retitle(file: Path) -> None:
    file.write_text(_TITLE.sub(r"\1A vend without latency", file.read_text(encoding="utf-8")), encoding="utf-8")
