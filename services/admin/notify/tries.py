"""How often a delivery is tried."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from services.admin.notify.notice import Failure


@dataclass(frozen=True, slots=True)
class Tries:
    """`each_s` is the time of one try, `pauses_s` the pause before each further one, in seconds."""

    each_s: float = 2.0
    pauses_s: tuple[float, ...] = (0.2, 0.4)

    async def persist(self, attempt: Callable[[], Awaitable[Failure | None]]) -> Failure | None:
        """Attempt until it succeeds, fails for good, or was tried often enough. None means success."""
        failure = await attempt()
        for pause_s in self.pauses_s:
            if failure is None or not failure.may_pass:
                break
            await asyncio.sleep(pause_s)
            failure = await attempt()
        return failure


TRIES: Final = Tries()
"""What every target gets."""
