"""Monday morning: no caller has credentials; all come within minutes, look at the catalogue and fetch some.

The shape gives the number of callers; each asks as often as before, so the rate follows it.
"""

from typing import Final

from locust import LoadTestShape, task

from load.driver.caller import Caller

# Until which second, and which share of all callers is present.
_STEPS: Final = ((10.0, 0.15), (20.0, 0.4), (40.0, 1.0), (50.0, 0.4))


class Person(Caller):
    """A person who begins to work."""

    @task(1)
    def look(self) -> None:
        self.ask("catalogue", "GET", "/profiles")

    @task(3)
    def fetch(self) -> None:
        self.ask("vend dev", "GET", "/", query={"profile": "dev"})


class Morning(LoadTestShape):
    """From a few callers to all of them, and down again."""

    def tick(self) -> tuple[int, float] | None:
        assert self.runner is not None
        options = self.runner.environment.parsed_options
        assert options is not None
        elapsed = self.get_run_time() * _STEPS[-1][0] / float(options.run_time)  # type: ignore[no-untyped-call]
        all_users = int(options.num_users)
        found = next((share for until_s, share in _STEPS if elapsed < until_s), None)
        # All of a step come at once, and each begins with a wait: the rate steps up without a queue.
        return None if found is None else (max(1, int(all_users * found)), float(all_users))
