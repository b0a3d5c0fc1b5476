"""One soak: the scenario `soak` for a time, with a probe in every process, and its result."""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from deploy.local.runtime.function import ExecutionEnvironment, FunctionSettings
from load.driver.exchange import Seen
from load.options import Run
from load.result import Check, describe_machine, write_result
from load.run import drive
from load.soak.probe import INTERVAL_S, Probe, read_notes
from load.soak.verdict import GATEWAY, Watched, count_odd_lines, judge_growth, watch
from load.system.system import LoadSystem
from shared.aws.dynamodb.items import Item
from shared.aws.dynamodb.revocation_rows import RevocationRow, revocation_attributes
from shared.clock import utc_now
from shared.core.durations import CHAINING_MAXIMUM
from shared.core.people import Action
from shared.core.revocation import Revocation, Target

_PROBED: Final = "load.soak.probed.handler"
# The share of revocations in all tasks of the scenario, as half an hour of it counted them. Two of sixteen callers
# respond, and half of what they begin ends early, because they are locked out themselves.
SHARE: Final = 517 / (1800 * 5)


@dataclass(frozen=True, slots=True)
class Probes:
    """Starts environments with a probe in each, which writes to its own file in the folder.

    `handlers` replaces functions' handlers by others, both by their paths.
    """

    folder: Path
    interval_s: float
    handlers: Mapping[str, str] = field(default_factory=dict)

    def start(self, settings: FunctionSettings) -> ExecutionEnvironment:
        """Make an environment."""
        environment = {
            **settings.environment,
            "SOAK_HANDLER": self.handlers.get(settings.handler, settings.handler),
            "SOAK_INTERVAL": str(self.interval_s),
            "SOAK_NOTES": str(self.file(settings.environment["AWS_ACCESS_KEY_ID"])),
        }
        return ExecutionEnvironment(replace(settings, handler=_PROBED, environment=environment))

    def file(self, name: str) -> Path:
        """Return the file of a process."""
        return self.folder / f"{name}.jsonl"

    def read(self, from_s: float, to_s: float) -> Sequence[Watched]:
        """Find what grew in every process between two instants."""
        files = sorted(self.folder.glob("*.jsonl"))
        return [watch(file.stem.removeprefix("AKIALOAD"), read_notes(file), from_s, to_s) for file in files]


async def soak(
    options: Run, handlers: Mapping[str, str] | None = None, interval_s: float = INTERVAL_S
) -> dict[str, Any]:
    """Run a soak, with a note of every process each `interval_s` seconds, write its result and return it.

    Raises:
        RunFailedError: locust did not end as it should.
        TooFewValuesError: it was too short to distinguish growth from noise.

    """
    machine = describe_machine()
    probes = Probes(options.out / "notes", interval_s, handlers or {})
    probes.folder.mkdir(parents=True, exist_ok=True)
    for old in probes.folder.glob("*.jsonl"):
        old.unlink()
    async with LoadSystem(options.scenario, options.deploy, probes.start, options.out, zero=options.zero) as system:
        users = [caller.user for caller in system.callers]
        await system.put_grants(revocations_before(utc_now(), options.scenario.load.rate * SHARE, users))
        probe = Probe(probes.file(GATEWAY), lambda: {asyncio.get_running_loop()})
        async with _watching(system, probe, interval_s):
            seen = await drive(options, system)
        logs = {name: options.out / f"{name}.log" for name in system.functions}
    watched = probes.read(seen.began_s + options.scenario.load.warm_up_s, seen.ended_s)
    checks = [*_judge_answers(options, seen, logs), *(check for each in watched for check in judge_growth(each))]
    result = {
        "at": utc_now().isoformat(timespec="seconds"),
        "machine": machine,
        "load_after": round(os.getloadavg()[0], 1),
        **_describe_load(options, seen),
        "processes": {each.name: _describe(each) for each in watched},
        "checks": [check.row for check in checks],
        "passed": all(check.passed for check in checks),
    }
    write_result(result, options.out / "result.json")
    return result


def revocations_before(now: datetime, per_second: float, users: Sequence[str]) -> Iterator[Item]:
    """Return the rows of an hour of revocations at a rate per second, the oldest first; `now` is UTC.

    The kill switch is rebuilt from all revocations of the last hour. A soak begins with as many as it will make in an
    hour, so that each revocation reads as many at the end as at the beginning. Without them their number would rise for
    an hour, and with it the most memory that reading them takes, which Python's allocator keeps.
    """
    count = int(CHAINING_MAXIMUM.total_seconds() * per_second)
    for number in range(count):
        at = now - CHAINING_MAXIMUM * (count - number) / count
        user = users[number % len(users)]
        name = f"{number:016}"
        revocation = Revocation(Target.SESSION, name, at, user)
        yield revocation_attributes(
            RevocationRow(name, revocation, Action(user, at, "load"), marked=1, is_complete=True),
        )


@asynccontextmanager
async def _watching(system: LoadSystem, probe: Probe, interval_s: float) -> AsyncIterator[None]:
    """Watch the gateway's process, which is this one; its journals would keep every request, so they are emptied."""

    async def watch_on() -> None:
        while True:
            for journal in system.functions.values():
                journal.invocations.clear()
            probe.note()
            await asyncio.sleep(interval_s)

    watching = asyncio.create_task(watch_on())
    try:
        yield
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching


def _judge_answers(options: Run, seen: Seen, logs: Mapping[str, Path]) -> Sequence[Check]:
    unexpected = sum(not sample.expected for sample in seen.samples)
    rate = len(seen.samples) / (seen.ended_s - seen.began_s)
    return [
        Check("requests per second", options.scenario.thresholds.rps, round(rate, 2), at_least=True),
        Check("errors no caller caused", 0, unexpected),
        *(Check(f"failures and noise in the log of {name}", 0, count_odd_lines(log)) for name, log in logs.items()),
    ]


def _describe_load(options: Run, seen: Seen) -> Mapping[str, Any]:
    outcomes = Counter(f"{sample.name}: {sample.outcome}" for sample in seen.samples)
    return {
        "seconds": round(seen.ended_s - seen.began_s, 1),
        "warm_up_s": options.scenario.load.warm_up_s,
        "requests": len(seen.samples),
        "outcomes": dict(sorted(outcomes.items())),
    }


def _describe(watched: Watched) -> Mapping[str, Any]:
    growth = {
        name: {"first": found.first, "last": found.last, "growth": round(found.amount, 2), "tau": round(found.tau, 2)}
        for name, found in watched.growth.items()
    }
    return {"notes": watched.notes, **growth}
