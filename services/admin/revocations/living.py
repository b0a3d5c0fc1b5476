"""Whether there is anything a revocation of a user's sessions could end."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shared.aws.budget import RateBudget
from shared.aws.errors import AwsError
from shared.aws.session_lists import SessionLists, SessionQuery
from shared.core.durations import CHAINING_MAXIMUM
from shared.core.revocation import ISSUE_MARGIN

# A session may chain up to its end, and what it chained into lives another hour.
_LONGEST: Final = 2 * CHAINING_MAXIMUM + ISSUE_MARGIN
# Rows keep whole seconds: one of the cutoff's own second lies under it.
_ONE_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Living:
    """Looks for sessions and for vends. What cannot be known may be there, so nothing here raises.

    `vends` is the budget that every request for credentials takes from.
    """

    sessions: SessionLists
    vends: RateBudget

    async def has_any(self, user: str, cutoff: datetime | None, now: datetime) -> bool:
        """Tell whether anything vended to a user after the cutoff may be alive, or be under way."""
        if cutoff is not None and cutoff >= now:
            # They are locked out until then, and the cutoff reaches all there was.
            return False
        since = now - _LONGEST if cutoff is None else max(now - _LONGEST, cutoff + _ONE_SECOND)
        try:
            page = await self.sessions.page(SessionQuery(since, now + ISSUE_MARGIN, user=user), None, 1)
        except AwsError:
            return True
        return bool(page.rows) or await self.is_vending(user, now)

    async def is_vending(self, user: str, now: datetime) -> bool:
        """Tell whether a vend may be under way whose session is in no list yet."""
        try:
            return await self.vends.was_spent(user, now - ISSUE_MARGIN, now)
        except AwsError:
            return True
