"""Break-glass vends retry AssumeRole while STS throttles; all others fail at once.

STS's quota belongs to the account and region, not to a process, so no process can keep a part of it back. What a
process can do is not to give up: each try has the chance that the quota has, and the few who broke glass get theirs in
a second or two while everyone else waits for Retry-After. Docs: capacity.md; decision 18.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Final

from shared.aws.credentials import Credentials
from shared.aws.errors import ThrottledError
from shared.clock import monotonic_s

# What the last try and marking the row as failed may take before the answer is due.
RESERVE_S: Final = 3.0
_FIRST_PAUSE_S: Final = 0.1
_LONGEST_PAUSE_S: Final = 0.8
# The system's: Python's own generator continues alike in every copy of a process that was snapshot (Lambda guide,
# "Handling uniqueness with Lambda SnapStart"), and pauses that are alike spread nothing.
_RANDOM: Final = random.SystemRandom()


async def retry_throttling(assume: Callable[[], Awaitable[Credentials]], answer_by_s: float) -> Credentials:
    """Assume the role, again while STS throttles and there is time before `answer_by_s` on the monotonic clock.

    Pauses grow, each of random length, so that those who wait do not come back together. A throttled call has issued
    nothing; any other failure is not repeated.

    Raises:
        AwsError: STS did not issue; `ThrottledError` where it throttled to the end.

    """
    longest_s = _FIRST_PAUSE_S
    while True:
        try:
            return await assume()
        except ThrottledError:
            pause_s = _RANDOM.uniform(longest_s / 2, longest_s)
            if monotonic_s() + pause_s > answer_by_s - RESERVE_S:
                raise
        await asyncio.sleep(pause_s)
        longest_s = min(2 * longest_s, _LONGEST_PAUSE_S)
