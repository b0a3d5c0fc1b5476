"""The handler of a function in a soak: another handler, in a process with a probe in it.

`SOAK_HANDLER` names the other one (`services.vend.handler.handler`), `SOAK_NOTES` the file to note to, every
`SOAK_INTERVAL` seconds. The probe is a thread, because a function's own loop does not run between two invocations.
"""

import asyncio
import importlib
import os
import threading
import time
from pathlib import Path

from load.soak.probe import Probe

_loops: set[asyncio.AbstractEventLoop] = set()


class _NotedRunner(asyncio.Runner):  # type: ignore[misc] # final for type checkers only
    """A Runner whose loop the probe knows."""

    def get_loop(self) -> asyncio.AbstractEventLoop:
        loop = super().get_loop()
        _loops.add(loop)
        return loop


def _watch(probe: Probe, interval_s: float) -> None:
    while True:
        probe.note()
        time.sleep(interval_s)


asyncio.Runner = _NotedRunner  # type: ignore[misc] # before the handler makes its own
_module, _, _name = os.environ["SOAK_HANDLER"].rpartition(".")
handler = getattr(importlib.import_module(_module), _name)
_probe = Probe(Path(os.environ["SOAK_NOTES"]), _loops.copy)
threading.Thread(target=_watch, args=(_probe, float(os.environ["SOAK_INTERVAL"])), daemon=True).start()
