"""Run one scenario end to end: `python -m load.run SCENARIO [--seconds S …]`; exit code 1 where a threshold fails.

Everything runs on loopback and ends with the command. Locust's report, with its charts, and the result as JSON are
written to `build/load/SCENARIO`.
"""

import asyncio
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from deploy.local.child import Child
from deploy.markdown import table, table_of
from load.driver.exchange import SEEN, TARGET_FILE, TARGETS, Seen
from load.figures import describe_function
from load.options import Run, read_options
from load.result import build_result, describe_machine, judge, write_result
from load.scenario import FOLDER
from load.system.system import LoadSystem, SystemFailedError
from shared.clock import utc_now

_PROJECT: Final = Path(__file__).parents[1]
_COLUMNS: Final = ("p50", "p95", "p99", "p999")
_LINES: Final = {"latency_ms": "", "floor_ms": "of that AWS, at least", "function_ms": "in the function"}
# Locust starts, and lets what is under way finish.
_PATIENCE_S: Final = 300.0


class RunFailedError(Exception):
    """Nothing was measured; the message says why."""


async def run(options: Run) -> dict[str, Any]:
    """Run a scenario, write its report and return the result.

    Raises:
        RunFailedError: locust did not end as it should.

    """
    machine = describe_machine()
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "locust.log").unlink(missing_ok=True)
    system = LoadSystem(
        options.scenario,
        options.deploy,
        options.start,
        options.out,
        zero=options.zero,
        api_account=options.api_account,
    )
    async with system:
        seen = await drive(options, system)
        measured_from_s = seen.began_s + options.scenario.load.warm_up_s
        invocations = {name: journal.since(measured_from_s) for name, journal in system.functions.items()}
        found = build_result(
            seen,
            measured_from_s=measured_from_s,
            invocations=[invocation for found in invocations.values() for invocation in found],
            calls=await system.take_calls(),
        )
        functions = {
            name: describe_function(invocations[name], journal.throttled, journal.function.init_ms)
            for name, journal in system.functions.items()
        }
    result: dict[str, Any] = {**_head(options), "machine": machine, **found, "functions": functions}
    checks = judge(result, options.scenario.thresholds)
    result |= {"checks": [check.row for check in checks], "passed": all(check.passed for check in checks)}
    write_result(result, options.out / "result.json")
    return result


def _head(options: Run) -> Mapping[str, Any]:
    load = options.scenario.load
    return {
        "scenario": options.name,
        "title": options.scenario.title,
        "at": utc_now().isoformat(timespec="seconds"),
        "functions_run_as": options.mode,
        "model": "no latency" if options.zero else "AWS's latencies",
        "load": {"users": load.users, "rate": load.rate, "seconds": load.seconds, "warm_up_s": load.warm_up_s},
        "environments": dict(options.scenario.environments),
    }


async def drive(options: Run, system: LoadSystem) -> Seen:
    """Run locust and return what its users saw."""
    samples_file, target_file = system.folder / "samples.json", system.folder / "target.json"
    target_file.write_bytes(TARGETS.dump_json(system.target(samples_file)))
    child = await Child.start(
        _command(options),
        environment=_environment(target_file, system.folder),
        folder=_PROJECT,
        log_file=options.out / "locust.log",
    )
    try:
        async with asyncio.timeout(options.scenario.load.seconds + _PATIENCE_S):
            code = await child.wait()
    except TimeoutError:
        raise RunFailedError("locust did not end in time") from None
    finally:
        await child.kill()
    if code or not samples_file.exists():
        raise RunFailedError(f"locust ended with exit code {code}: see {options.out / 'locust.log'}")
    return SEEN.validate_json(samples_file.read_bytes())


def _command(options: Run) -> list[str]:
    load = options.scenario.load
    spawn_rate = load.users / max(load.warm_up_s, 1.0)
    return [
        *(sys.executable, "-m", "locust", "--headless", "--locustfile", str(FOLDER / f"{options.name}.py")),
        *("--users", str(load.users), "--spawn-rate", f"{spawn_rate:g}"),
        *("--run-time", f"{load.seconds:g}s", "--stop-timeout", "10", "--exit-code-on-error", "0"),
        *("--html", str(options.out / "report.html"), "--only-summary"),
    ]


def _environment(target_file: Path, folder: Path) -> dict[str, str]:
    """Return locust's environment: none of this process's AWS settings, and the file that holds its target."""
    target = {TARGET_FILE: str(target_file), "HOME": str(folder), "PYTHONPATH": f"{_PROJECT}:{_PROJECT / 'client'}"}
    return {"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", **target}


def render(result: Mapping[str, Any]) -> str:
    """Write the result as Markdown that a terminal shows too."""
    total = result["total"]
    title = f"{result['scenario']}: {result['title']} ({result['functions_run_as']}, {result['model']})"
    functions = [
        {
            "function": name,
            "invocations": found["invocations"],
            "most at once": found["max_concurrency"],
            "queued p99, ms": found["queued_ms"].get("p99", 0),
            "cold starts": found["cold_starts"],
            "throttled": found["throttled"],
        }
        for name, found in result["functions"].items()
    ]
    verdicts = (
        f"{'passed' if each['passed'] else 'FAILED'}  {each['check']}: {each['found']}" for each in result["checks"]
    )
    parts = (
        f"{title}\n{total['count']} requests in {result['seconds']:g} s, {total['rps']:g} a second",
        table(("milliseconds", "count", *_COLUMNS), _requests(result["requests"])),
        table_of(functions),
        "\n".join(verdicts),
    )
    return "\n\n".join(parts)


def _requests(requests: Mapping[str, Any]) -> Iterator[Sequence[object]]:
    for name, found in requests.items():
        outcomes = ", ".join(f"{outcome} {count}" for outcome, count in sorted(found["outcomes"].items()))
        for key, words in _LINES.items():
            if values := found[key]:
                title, count = (f"... {words}", "") if words else (f"{name}: {outcomes}", found["count"])
                yield title, count, *(f"{values[each]:.1f}" for each in _COLUMNS)


def main() -> None:
    """Run, print, and judge."""
    options = read_options()
    try:
        with asyncio.Runner() as runner:
            result = runner.run(run(options))
    except (RunFailedError, SystemFailedError) as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)
    sys.stdout.write(f"{render(result)}\n\nreport: {options.out / 'report.html'}\n")
    sys.exit(0 if result["passed"] else 1)


if __name__ == "__main__":
    main()
