"""One cold start: imports a module from the folders named, asks it twice, and prints what that took.

Run by path with `-I`, by the interpreter the zips are for: it sees the standard library and those folders only.
Standard input is JSON: `folders`, `module`, `factory` (empty where the module has a `handler`), `environment`, and two
`events`.
"""

import importlib
import json
import os
import sys
import time


class Context:
    """What Lambda's runtime passes with the event."""

    aws_request_id = "8f2c1f4e-0000-4000-8000-000000000001"

    def __init__(self, account: str) -> None:
        self.invoked_function_arn = f"arn:aws:lambda:eu-central-1:{account}:function:sentinel:live"

    def get_remaining_time_in_millis(self) -> int:
        return 30_000


def most_resident_kb() -> int:
    """Return this process's peak memory. That of `getrusage` would include its parent's, from before exec."""
    with open("/proc/self/status", encoding="ascii") as status:  # noqa: PTH123 - pathlib would be an import of its own
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))


def main() -> None:
    """Start once."""
    request = json.load(sys.stdin)
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.path[:0] = request["folders"]
    # The functions' audit lines are not part of the measurement.
    printed, sys.stdout = sys.stdout, open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - until the end
    before_s = time.perf_counter()
    module = importlib.import_module(request["module"])
    handler = getattr(module, request["factory"])(os.environ) if request["factory"] else module.handler
    ready_s, ready_kb = time.perf_counter(), most_resident_kb()
    first, second = request["events"]
    answer = handler(first, Context(request["account"]))
    answered_s, answered_kb = time.perf_counter(), most_resident_kb()
    again = handler(second, Context(request["account"]))
    again_s = time.perf_counter()
    measured = {
        "init_ms": (ready_s - before_s) * 1000,
        "first_ms": (answered_s - ready_s) * 1000,
        "second_ms": (again_s - answered_s) * 1000,
        "init_mb": ready_kb / 1024,
        "first_mb": answered_kb / 1024,
        "answers": [answer, again],
    }
    printed.write(json.dumps(measured))


if __name__ == "__main__":
    main()
