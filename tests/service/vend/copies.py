"""A vend function that is initialized and used once, then copied twice, as SnapStart does; each copy vends.

Between the snapshot and the copies the access policy is replaced. Prints one line of JSON for the first vend, one for
the moment of the snapshot and one for each copy.
"""

import io
import json
import os
import random
import socket
import sys
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import boto3

from deploy.local.deployment import strict_context
from deploy.local.strict import install
from services.vend.handler import wire
from shared.edge.lambda_app import LambdaApp
from tests.gateway_events import http_api_event
from tests.lambda_context import FakeContext
from tests.service.snapshots import Hooks

POLICY = "/sentinel/policies/access"


def vend(app: LambdaApp, stdout: io.StringIO) -> dict[str, Any]:
    stdout.seek(0)
    stdout.truncate()
    answer = json.loads(app(http_api_event(query="profile=dev"), FakeContext())["body"])
    audit = json.loads(stdout.getvalue().splitlines()[0])
    return {
        "session": answer.get("SessionId"),
        "policy": audit.get("policy_version"),
        "time": audit["time"],
        "peers": peers(),
    }


def peers() -> list[int]:
    """Give the local port of every connection this process has."""
    found = []
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            duplicate = socket.socket(fileno=os.dup(int(entry.name)))
            with duplicate:
                if duplicate.family == socket.AF_INET and duplicate.getpeername():
                    found.append(duplicate.getsockname()[1])
    return sorted(found)


def replace_policy() -> None:
    """Store the same rules under another text."""
    with closing(boto3.client("ssm", region_name=os.environ["AWS_REGION"])) as ssm:
        text = ssm.get_parameter(Name=POLICY)["Parameter"]["Value"]
        ssm.put_parameter(Name=POLICY, Value=f"{text} ", Type="String", Overwrite=True)


def main() -> None:
    install(strict_context())
    hooks, stdout = Hooks(), io.StringIO()
    sys.modules[hooks.__name__] = hooks
    app = wire(os.environ, stdout)
    sys.stdout.write(json.dumps(vend(app, stdout)) + "\n")
    hooks.take()
    replace_policy()
    sys.stdout.write(json.dumps({"peers": peers()}) + "\n")
    sys.stdout.flush()
    generator = random.getstate()
    for _ in range(2):
        if (copy := os.fork()) == 0:
            # A fork seeds the generator, a restored virtual machine does not.
            random.setstate(generator)
            hooks.restore()
            sys.stdout.write(json.dumps({**vend(app, stdout), "random": random.random()}) + "\n")  # noqa: S311 - compared
            sys.stdout.flush()
            os._exit(0)
        # One after the other: unlike two virtual machines, two forks share what the loop waits on.
        os.waitpid(copy, 0)


if __name__ == "__main__":
    main()
