"""STS at its ceiling: more is asked for than it gives. Ordinary vends are told to wait, the glass-breakers get theirs.

The quota is set so low that one machine can exceed it; what happens above it is the same at 600 a second.
"""

from locust import task

from load.driver.caller import Caller

_WHY = "a load test stands in for an incident"


class Ordinary(Caller):
    """A program that does not care what it is told, and asks on."""

    @task
    def fetch(self) -> None:
        self.ask("vend dev", "GET", "/", query={"profile": "dev"}, expect={"ok", "throttled"})


class Emergency(Caller):
    """Somebody who broke glass, and whose programs then need credentials."""

    fixed_count = 4

    def on_start(self) -> None:
        super().on_start()
        body = {"profile": "prod", "reason": "incident", "justification": _WHY}
        self.ask("begin break-glass", "POST", "/v1/break-glass", body=body)

    @task
    def fetch(self) -> None:
        self.ask("vend prod, glass broken", "GET", "/", query={"profile": "prod"})
