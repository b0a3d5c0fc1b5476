"""A deny storm: refused SDKs retry three to five times within three seconds, while others continue to work.

botocore tries three times, the SDK for JavaScript four, that of .NET five; none distinguishes a refusal from an outage.
"""

import random
from typing import Final

import gevent
from locust import task

from load.driver.caller import Caller

_TRIES: Final = (3, 4, 5)
_WITHIN_S: Final = 3.0


class Refused(Caller):
    """A program set up for a profile its user may not have."""

    weight = 2

    @task
    def insist(self) -> None:
        tries = random.choice(_TRIES)  # noqa: S311 - which SDK, not a secret
        for number in range(tries):
            self.ask("vend prod", "GET", "/", query={"profile": "prod"}, expect={"denied"})
            if number + 1 < tries:
                gevent.sleep(_WITHIN_S / (tries - 1))


class Working(Caller):
    """A program that may have its profile, and must not be affected."""

    weight = 1

    @task
    def fetch(self) -> None:
        self.ask("vend dev", "GET", "/", query={"profile": "dev"})
