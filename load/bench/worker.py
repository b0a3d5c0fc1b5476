"""One variant in a process of its own: it vends as often as a line of standard input says, and answers with the times.

`python -m load.bench.worker VARIANT KEY`, with `AWS_ENDPOINT_URL` in the environment. Every line asked is a number of
vends; every line answered is JSON: wall and CPU seconds of each.
"""

import gc
import json
import os
import sys
import time

from load.bench.ablations import VARIANTS
from load.bench.work import Invocation, vend_event


def main() -> None:
    """Serve standard input until it ends."""
    name, key = sys.argv[1:]
    os.environ |= {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": "benchmark", "AWS_REGION": "eu-central-1"}
    handler = VARIANTS[name].open()
    gc.freeze()
    event, context = vend_event(), Invocation()
    for line in sys.stdin:
        wall_s, cpu_s = [], []
        for _ in range(int(line)):
            wall, cpu = time.perf_counter(), time.process_time()
            answer = handler(event, context)
            wall_s.append(time.perf_counter() - wall)
            cpu_s.append(time.process_time() - cpu)
            if answer["statusCode"] != 200:  # noqa: PLR2004 - a status
                raise RuntimeError(answer["body"])
        sys.stdout.write(json.dumps({"wall_s": wall_s, "cpu_s": cpu_s}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
