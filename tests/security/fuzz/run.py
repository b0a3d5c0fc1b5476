"""Searches side by side, one process a target, each from its seeds and findings; what they find is kept."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from tests.security.fuzz.target import Target

_EXECUTED: Final = re.compile(r"stat::number_of_executed_units: +(\d+)")
_ONE_INPUT_S: Final = 20
_MEMORY_MB: Final = 1024
_LARGEST_INPUT: Final = 4096
# In addition to the search itself: to start, to instrument and, where something is found, to write it down.
_GRACE_S: Final = 120.0


@dataclass(frozen=True, slots=True)
class Search:
    """What became of one target's search. `found` are new files; `log` reports a search that did not end well."""

    target: str
    inputs: int
    seconds: int
    found: tuple[Path, ...]
    log: str

    @property
    def is_clean(self) -> bool:
        return not self.found and self.inputs > 0


def search_all(targets: list[Target], seconds: int) -> Iterator[Search]:
    """Search each target for so many seconds, as many at once as there are processors."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield from pool.map(partial(search, seconds=seconds), targets)


def search(target: Target, seconds: int) -> Search:
    target.findings.mkdir(parents=True, exist_ok=True)
    before = set(target.findings.iterdir())
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(target.seeds):
            (Path(folder) / f"seed-{number}").write_bytes(seed)
        log = _run(target, folder, seconds)
    executed = _EXECUTED.search(log)
    found = tuple(sorted(set(target.findings.iterdir()) - before))
    return Search(target.name, int(executed[1]) if executed else 0, seconds, found, log)


def _run(target: Target, folder: str, seconds: int) -> str:
    """Run libFuzzer, which adds what is new to the first folder, and give what it says."""
    options = {
        "max_total_time": seconds,
        "timeout": _ONE_INPUT_S,
        "rss_limit_mb": _MEMORY_MB,
        "max_len": _LARGEST_INPUT,
        "print_final_stats": 1,
        "artifact_prefix": f"{target.findings}{os.sep}",
    }
    written = [f"-{name}={value}" for name, value in options.items()]
    command = [sys.executable, "-m", "tests.security.fuzz.search", target.name, *written, folder, str(target.findings)]
    try:
        ended = subprocess.run(
            command,
            check=False,
            capture_output=True,
            timeout=seconds + _GRACE_S,
            env=os.environ | {"PYTHONPATH": "client:."},
        )
    except subprocess.TimeoutExpired as late:
        return f"stopped after {late.timeout} seconds: {(late.stderr or b'').decode(errors='replace')}"
    return ended.stderr.decode(errors="replace")
