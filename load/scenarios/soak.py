"""Everything at once, at a low rate: a mixed day, an incident, broken glass, and invalid requests."""

from typing import ClassVar

from locust import task

from load.driver.caller import Caller
from load.scenarios import ceiling, day, revocations


class Person(day.Person):
    weight = 7
    # The responders lock out and revoke other users all the time, and a colleague who is locked out approves nothing.
    approving: ClassVar[set[str]] = {"ok", "locked_out"}


class Responder(revocations.Responder):
    fixed_count = 2


class Emergency(ceiling.Emergency):
    fixed_count = 2


class InvalidCaller(Caller):
    """A caller with invalid requests: each is refused."""

    @task
    def request_unknown_profile(self) -> None:
        self.ask("unknown profile", "GET", "/", query={"profile": "nowhere"}, expect={"denied"})

    @task
    def request_closed_profile(self) -> None:
        self.ask("vend prod", "GET", "/", query={"profile": "prod"}, expect={"denied"})

    @task
    def request_too_long_a_session(self) -> None:
        query = {"profile": "dev", "duration": "99h"}
        self.ask("too long", "GET", "/", query=query, expect={"invalid_request"})

    @task
    def send_invalid_body(self) -> None:
        self.ask("wrong body", "POST", "/v1/requests", body={"profil": "staging"}, expect={"invalid_request"})

    @task
    def revoke_without_permission(self) -> None:
        body = {"all": True, "reason": "a mistake"}
        self.ask("revoke everyone", "POST", "/v1/revocations", body=body, expect={"not_permitted"})

    @task
    def request_unknown_path(self) -> None:
        self.ask("unknown path", "GET", "/v1/nothing", expect={"not_found"})
