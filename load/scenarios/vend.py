"""SDK credential fetches: every caller asks for the credentials of one profile, as an SDK does when they run out."""

from locust import task

from load.driver.caller import Caller


class Sdk(Caller):
    """A program with an SDK in it."""

    @task
    def fetch(self) -> None:
        self.ask("vend dev", "GET", "/", query={"profile": "dev"})
