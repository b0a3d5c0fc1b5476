"""STS at its ceiling: requests exceed its quota. Ordinary vends are throttled, those after break-glass are served.

The quota is set so low that one machine can exceed it; what happens above it is the same at 600 a second.
"""

from locust import task

from load.driver.caller import Caller

_WHY = "a load test simulates an incident"


class Ordinary(Caller):
    """A program that ignores Retry-After and continues to ask."""

    @task
    def fetch(self) -> None:
        self.ask("vend dev", "GET", "/", query={"profile": "dev"}, expect={"ok", "throttled"})


class Emergency(Caller):
    """A person who broke glass, and whose programs then need credentials."""

    fixed_count = 4

    def on_start(self) -> None:
        super().on_start()
        body = {"profile": "prod", "reason": "incident", "justification": _WHY}
        self.ask("begin break-glass", "POST", "/v1/break-glass", body=body)

    @task
    def fetch(self) -> None:
        self.ask("vend prod, glass broken", "GET", "/", query={"profile": "prod"})
