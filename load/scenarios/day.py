"""A mixed day: programs fetch credentials, people look at the catalogue and ask colleagues, an API checks callers."""

import itertools
from typing import ClassVar, Final

from locust import task

from load.driver.caller import TARGET, Caller, Prover

# Another caller approves: the one half the list away.
_OTHERS: Final = dict(
    zip(
        (caller.user for caller in TARGET.callers),
        itertools.islice(itertools.cycle(TARGET.callers), len(TARGET.callers) // 2, None),
        strict=False,
    ),
)


class Person(Caller):
    """A person at work, with their programs. `approving` are the expected outcomes of a colleague's approval."""

    approving: ClassVar[set[str]] = {"ok"}

    def on_start(self) -> None:
        super().on_start()
        self._prover = Prover(self)

    @task(60)
    def fetch(self) -> None:
        self.ask("vend dev", "GET", "/", query={"profile": "dev"})

    @task(25)
    def call_an_api(self) -> None:
        self._prover.call("authorize")

    @task(10)
    def look(self) -> None:
        self.ask("catalogue", "GET", "/profiles")

    @task(5)
    def ask_a_colleague(self) -> None:
        # An earlier approval may still serve, or be about to end.
        expect = {"approval_required", "grant_ending", "ok"}
        self.ask("vend staging, unasked", "GET", "/", query={"profile": "staging"}, expect=expect)
        wish = {"profile": "staging", "reason": "a load test", "duration": "5m"}
        filed = self.ask("file a request", "POST", "/v1/requests", body=wish, expect={"ok", "conflict"})
        if not filed.is_ok:
            return
        path = f"/v1/requests/{filed.body['request']['id']}/approve"
        approver = _OTHERS[self.me.user]
        if self.ask("approve a request", "POST", path, body={}, by=approver, expect=self.approving).is_ok:
            self.ask("vend staging", "GET", "/", query={"profile": "staging"})
