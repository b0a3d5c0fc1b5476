"""Whether there is anything a revocation of a user's sessions could end."""

from dataclasses import dataclass
from datetime import datetime

from shared.aws.dynamodb.rate_limit import RateLimiter
from shared.aws.dynamodb.session_lists import SessionLists, SessionQuery
from shared.aws.errors import AwsError
from shared.core.revocation import ISSUE_MARGIN, unreached_since


@dataclass(frozen=True, slots=True)
class Living:
    """Looks for sessions and for vends. What cannot be known may be there, so nothing here raises.

    `vends` is the budget that every request for credentials takes from.
    """

    sessions: SessionLists
    vends: RateLimiter

    async def has_any(self, user: str, cutoff: datetime | None, now: datetime) -> bool:
        """Tell whether anything vended to a user after the cutoff may be alive, or be under way."""
        since = unreached_since(cutoff, now)
        if since is None:
            return False
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
