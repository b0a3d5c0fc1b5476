"""Everything at once, at a low rate: a mixed day, an incident, broken glass, and invalid requests."""

from itertools import cycle
from typing import Any, ClassVar, Final

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


# A name, method and path, what is sent, and the only answer to it.
_REFUSED: Final[tuple[tuple[str, str, str, dict[str, Any], str], ...]] = (
    ("unknown profile", "GET", "/", {"query": {"profile": "nowhere"}}, "denied"),
    ("vend prod", "GET", "/", {"query": {"profile": "prod"}}, "denied"),
    ("too long", "GET", "/", {"query": {"profile": "dev", "duration": "99h"}}, "invalid_request"),
    ("wrong body", "POST", "/v1/requests", {"body": {"profil": "staging"}}, "invalid_request"),
    ("revoke everyone", "POST", "/v1/revocations", {"body": {"all": True, "reason": "a mistake"}}, "not_permitted"),
    ("unknown path", "GET", "/v1/nothing", {}, "not_found"),
)


class InvalidCaller(Caller):
    """A caller with invalid requests, each in its turn: each is refused."""

    turn: ClassVar = cycle(_REFUSED)

    @task
    def send_next(self) -> None:
        name, method, path, sent, answer = next(self.turn)
        self.ask(name, method, path, **sent, expect={answer})
