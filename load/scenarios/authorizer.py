"""The authorizer alone: active sessions call an API behind it, each with a new proof every half minute."""

from locust import task

from load.driver.caller import Caller, Prover


class Service(Caller):
    """A program that calls the guarded API again and again."""

    def on_start(self) -> None:
        super().on_start()
        self._prover = Prover(self)

    @task
    def call(self) -> None:
        self._prover.call("authorize")
