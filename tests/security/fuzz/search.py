"""One target's search, in a process of its own: `python -m tests.security.fuzz.search NAME ARGUMENTS-OF-LIBFUZZER`.

Atheris gives no way back from its search: several searches are several of these processes.
"""

import hashlib
import os
import sys
import traceback
from typing import Final

import atheris

with atheris.instrument_imports(include=["shared", "services", "yaml"]):
    from tests.security.fuzz.target import Target
    from tests.security.fuzz.targets import TARGETS

FOUND: Final = 77


class Attempts:
    """Counts the inputs, and keeps the one that breaks a promise: libFuzzer's own way is slow enough to be killed."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._count = 0

    def __call__(self, data: bytes) -> None:
        self._count += 1
        try:
            self._target.check(data)
        except Exception:  # noqa: BLE001 - any exception of a reader is what is searched for
            traceback.print_exc()
            print(f"stat::number_of_executed_units: {self._count}", file=sys.stderr, flush=True)  # noqa: T201
            (self._target.findings / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
            os._exit(FOUND)


def main() -> None:
    _, name, *options = sys.argv
    atheris.Setup(["fuzz", *options], Attempts(TARGETS[name]))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
