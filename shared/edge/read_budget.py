"""The rate limit of calls that only read: these cost reads of tables and documents, too."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from shared.aws.dynamodb.rate_limit import Limited, RateLimiter
from shared.edge.error_codes import Code
from shared.edge.lambda_app import Operation, RequestContext
from shared.edge.responses import Refusal, Response
from shared.edge.settings import Settings

_WINDOW: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class ReadBudget:
    """One budget per user, apart from those of vends and changes: reading too much stops no one in an incident.

    `clock` gives the present instant in UTC.
    """

    budget: RateLimiter
    limit: int
    clock: Callable[[], datetime]

    def spent_by(self, operation: Operation) -> Operation:
        """Wrap an operation so that it spends from its caller's budget first; over budget nothing else is read."""

        async def budgeted(ctx: RequestContext) -> Response | Refusal:
            with ctx.audit.step("budget"):
                outcome = await self.budget.spend(ctx.principal.user, self.clock())
            if isinstance(outcome, Limited):
                return _refuse(ctx.principal.user, self.limit, outcome.retry_after_s)
            return await operation(ctx)

        return budgeted


def read_budget(settings: Settings, dynamodb: Any, clock: Callable[[], datetime]) -> ReadBudget:
    """Make the budget that both Lambdas with an API use for reads."""
    counted = RateLimiter(dynamodb, settings.budget_table, name="read", limit=settings.read_budget, window=_WINDOW)
    return ReadBudget(counted, settings.read_budget, clock)


def _refuse(user: str, limit: int, retry_after_s: int) -> Refusal:
    return Refusal(
        Code.THROTTLED,
        f"Rate limit reached for {user}: {limit} reads per minute. Wait {retry_after_s} seconds; credentials, requests "
        "and revocations have separate limits.",
        retry_after_s=retry_after_s,
    )
