"""An hour of revocations before the soak began: each one made in it reads as many at the end as at the beginning.

The kill switch is rebuilt from all revocations of the last hour. Without a history their number would rise for an hour,
and with it the most memory that reading them ever took, which Python's allocator keeps.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from shared.aws.dynamodb.items import Item
from shared.aws.dynamodb.revocation_rows import RevocationRow, revocation_attributes
from shared.core.action import Action
from shared.core.durations import CHAINING_MAXIMUM
from shared.core.revocation import Revocation, Target

# Of all tasks in the scenario, as half an hour of it counted them. Two of sixteen callers respond, and half of what
# they begin ends early, because they are locked out themselves.
SHARE: Final = 517 / (1800 * 5)


def revocations_before(now: datetime, per_second: float, users: Sequence[str]) -> Iterator[Item]:
    """Give the rows of as many revocations as so many a second make in an hour, the oldest first; `now` is UTC."""
    count = int(CHAINING_MAXIMUM.total_seconds() * per_second)
    for number in range(count):
        at = now - CHAINING_MAXIMUM * (count - number) / count
        user = users[number % len(users)]
        name = f"{number:016}"
        revocation = Revocation(Target.SESSION, name, at, user)
        yield revocation_attributes(
            RevocationRow(name, revocation, Action(user, at, "load"), marked=1, is_complete=True),
        )
