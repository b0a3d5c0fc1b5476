"""One variant in its own process: makes as many requests as a line of standard input says, and prints their times.

`python -m load.bench.worker VARIANT`, with `AWS_ENDPOINT_URL` and keys in the environment. Every line of input is a
number of requests; every line of output is JSON: wall and CPU seconds of each.
"""

import gc
import json
import sys
import time
from contextlib import ExitStack

from load.bench.variants import VARIANTS, Ask

_SAID_OK = 200


def main() -> None:
    """Serve standard input until it ends."""
    [name] = sys.argv[1:]
    with ExitStack() as stack:
        ask = VARIANTS[name].open(stack)
        gc.freeze()
        for line in sys.stdin:
            sys.stdout.write(json.dumps(_work(name, ask, int(line))) + "\n")
            sys.stdout.flush()


def _work(name: str, ask: Ask, requests: int) -> dict[str, list[float]]:
    wall_s, cpu_s = [], []
    for _ in range(requests):
        wall, cpu = time.perf_counter(), time.process_time()
        answer = ask()
        wall_s.append(time.perf_counter() - wall)
        cpu_s.append(time.process_time() - cpu)
        if answer.get("statusCode", _SAID_OK) != _SAID_OK or answer.get("isAuthorized") is False:
            raise RuntimeError(f"{name} answered {answer}")
    return {"wall_s": wall_s, "cpu_s": cpu_s}


if __name__ == "__main__":
    main()
