"""A vend function that is initialized and used once, then copied twice, as SnapStart does; each copy vends.

Prints one line of JSON for the moment of the snapshot and one for each copy.
"""

import io
import json
import os
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

from deploy.local.place import strict_context
from deploy.local.strict import install
from services.vend.handler import wire
from shared.edge.lambda_app import LambdaApp
from tests.gateway_events import http_api_event
from tests.lambda_context import FakeContext


class Hooks(ModuleType):
    """What Lambda's runtime brings: it keeps the hooks, and calls them around a snapshot."""

    def __init__(self) -> None:
        super().__init__("snapshot_restore_py")
        self.before: list[Callable[[], None]] = []
        self.after: list[Callable[[], None]] = []

    def register_before_snapshot(self, hook: Callable[[], None]) -> None:
        self.before.append(hook)

    def register_after_restore(self, hook: Callable[[], None]) -> None:
        self.after.append(hook)


def vend(app: LambdaApp, stdout: io.StringIO) -> dict[str, Any]:
    stdout.seek(0)
    stdout.truncate()
    answer = json.loads(app(http_api_event(query="profile=dev"), FakeContext())["body"])
    audit = json.loads(stdout.getvalue().splitlines()[0])
    return {
        "session": answer.get("SessionId"),
        "ages": audit.get("document_ages_s"),
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


def main() -> None:
    install(strict_context())
    hooks, stdout = Hooks(), io.StringIO()
    sys.modules[hooks.__name__] = hooks
    app = wire(os.environ, stdout)
    sys.stdout.write(json.dumps(vend(app, stdout)) + "\n")
    for hook in reversed(hooks.before):
        hook()
    sys.stdout.write(json.dumps({"peers": peers()}) + "\n")
    sys.stdout.flush()
    for _ in range(2):
        if (copy := os.fork()) == 0:
            for hook in hooks.after:
                hook()
            sys.stdout.write(json.dumps(vend(app, stdout)) + "\n")
            sys.stdout.flush()
            os._exit(0)
        # One after the other: unlike two virtual machines, two forks share what the loop waits on.
        os.waitpid(copy, 0)


if __name__ == "__main__":
    main()
