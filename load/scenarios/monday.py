"""Monday morning: nobody has credentials, everybody comes within minutes, looks at the catalogue and fetches some.

The shape gives the number of callers; each asks as often as before, so the rate follows it.
"""

from typing import Final

from locust import LoadTestShape, task

from load.driver.caller import Caller

# Until which second, and what share of all callers is there.
_STEPS: Final = ((10.0, 0.15), (20.0, 0.4), (40.0, 1.0), (50.0, 0.4))


class Person(Caller):
    """Somebody who has just sat down."""

    @task(1)
    def look(self) -> None:
        self.ask("catalogue", "GET", "/profiles")

    @task(3)
    def fetch(self) -> None:
        self.ask("vend dev", "GET", "/", query={"profile": "dev"})


class Morning(LoadTestShape):
    """From the few early ones to everybody, and down again."""

    def tick(self) -> tuple[int, float] | None:
        assert self.runner is not None
        options = self.runner.environment.parsed_options
        assert options is not None
        elapsed = self.get_run_time() * _STEPS[-1][0] / float(options.run_time)  # type: ignore[no-untyped-call]
        everybody = int(options.num_users)
        found = next((share for until_s, share in _STEPS if elapsed < until_s), None)
        # They are there at once, each in the middle of a wait: the rate steps up, and nothing queues beforehand.
        return None if found is None else (max(1, int(everybody * found)), float(everybody))
