"""Measures variants side by side: in each round each of them works for a while, in random order.

The latency model runs on one core and the variant that works on the other. All meet the same sequence of latencies for
each operation. The flame graph of a vend is drawn from such a worker too.
"""

import asyncio
import json
import os
import random
import re
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deploy.local.deployment import REGION
from load.aws_model.ledger import Call, split_vends, vend_floors
from load.bench.fixtures import documents
from load.bench.variants import VARIANTS
from load.system.model import ModelProcess

_PROJECT: Final = Path(__file__).parents[2]
_WARM_UP: Final = 30
# What a worker says of its requests is one line, two numbers each.
_LONGEST_LINE: Final = 1 << 20
# py-spy stops the process for every sample; more of them would measure py-spy.
_RATE: Final = "250"
_VENDS: Final = 3000
# The title that py-spy gives: its own command line.
_TITLE: Final = re.compile(r'(<text id="title"[^>]*>)[^<]*')


@dataclass(frozen=True, slots=True)
class Round:
    """What one variant's requests of one round took, in seconds. No floors for a variant without them.

    `calls` is the number of calls to AWS of each vend, empty for what does not vend or makes calls twice.
    """

    wall_s: tuple[float, ...]
    cpu_s: tuple[float, ...]
    floor_s: tuple[float, ...] = ()
    calls: tuple[int, ...] = ()

    @property
    def above_s(self) -> tuple[float, ...]:
        return tuple(wall - floor for wall, floor in zip(self.wall_s, self.floor_s, strict=True))


Rounds = Mapping[str, Sequence[Round]]


async def measure(names: Sequence[str], *, rounds: int, requests: int) -> Rounds:
    """Measure variants by their names.

    Raises:
        RuntimeError: a variant did not answer as it should; nothing is measured then.

    """
    measured: dict[str, list[Round]] = {name: [] for name in names}
    cores = sorted(os.sched_getaffinity(0))
    async with AsyncExitStack() as stack:
        model = await stack.enter_async_context(ModelProcess(zero=False, sts_per_second=0))
        os.sched_setaffinity(model.pid, {cores[-1]})
        await model.put_parameters(documents())
        workers = {name: await stack.enter_async_context(run_worker(name, model.url, cores[0])) for name in names}
        for name, worker in workers.items():
            await work(worker, _WARM_UP)
            await model.take_calls(key_of(name))
        for _ in range(rounds):
            for name in random.sample(list(names), len(names)):
                times = await work(workers[name], requests)
                calls = await model.take_calls(key_of(name))
                floors, counts = _floors(name, calls, requests), _counts(name, calls)
                measured[name].append(Round(tuple(times["wall_s"]), tuple(times["cpu_s"]), floors, counts))
    return measured


def _floors(name: str, calls: Sequence[Call], requests: int) -> tuple[float, ...]:
    tell = VARIANTS[name].floors
    if tell is None:
        return ()
    floors = tuple(tell(calls))
    if len(floors) != requests:
        raise RuntimeError(f"{name} made {requests} requests, and the model's ledger has {len(floors)}")
    return floors


def _counts(name: str, calls: Sequence[Call]) -> tuple[int, ...]:
    return tuple(map(len, split_vends(calls))) if VARIANTS[name].floors is vend_floors else ()


def key_of(name: str) -> str:
    """Return a variant's access key id; the part after LANE selects the latencies, see `load.aws_model.latency`."""
    return f"AKIA{name.upper().replace('-', '')}LANE1"


@asynccontextmanager
async def run_worker(name: str, url: str, core: int | None = None) -> AsyncIterator[Process]:
    """Run a process that works as one variant, with AWS at `url`; it ends with the block."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SENTINEL_"))}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "load.bench.worker",
        name,
        cwd=_PROJECT,
        stdin=PIPE,
        stdout=PIPE,
        limit=_LONGEST_LINE,
        env={
            **inherited,
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": key_of(name),
            "AWS_SECRET_ACCESS_KEY": "benchmark",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
        },
    )
    if core is not None:
        os.sched_setaffinity(process.pid, {core})
    try:
        yield process
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


async def work(worker: Process, requests: int) -> Mapping[str, Sequence[float]]:
    """Have a worker make so many requests; returns the seconds of each, `wall_s` and `cpu_s`.

    Raises:
        RuntimeError: it did not answer as it should; what it said is on standard error.

    """
    assert worker.stdin is not None
    assert worker.stdout is not None
    worker.stdin.write(f"{requests}\n".encode())
    line = await worker.stdout.readline()
    if not line:
        raise RuntimeError("a worker ended; what it said is above")
    times: Mapping[str, Sequence[float]] = json.loads(line)
    return times


async def draw_flames(file: Path) -> None:
    """Write the flame graph of a function that vends without latency, as an SVG; py-spy samples it.

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
                stdout=DEVNULL,
                stderr=PIPE,
            )
            await work(worker, _VENDS)
        _, said = await spy.communicate()
    if spy.returncode:
        raise RuntimeError(f"py-spy failed: {said.decode(errors='replace').strip()}")
    await asyncio.to_thread(_retitle, file)


def _retitle(file: Path) -> None:
    file.write_text(_TITLE.sub(r"\1A vend without latency", file.read_text(encoding="utf-8")), encoding="utf-8")
