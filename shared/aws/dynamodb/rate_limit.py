"""Rate limits: how often a user may do something in a fixed window, counted in a table for all Lambdas."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from shared.aws.client.protocol import ServiceError
from shared.aws.dynamodb.items import Item, number_value, text_value
from shared.aws.dynamodb.reads import load_items
from shared.aws.dynamodb.schema import TTL_ATTRIBUTE, counter_subject
from shared.aws.errors import translate_errors

_KEEP: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Allowed:
    """The call is within the budget, and counted."""


@dataclass(frozen=True, slots=True)
class Limited:
    """The window's budget is used up; the next window starts in `retry_after_s` seconds."""

    retry_after_s: int


class RateLimiter:
    """A budget of `limit` per user and window, each spending one conditional write on the window's own counter.

    `table` is the budget table, which has nothing else: permission to count is no permission to write grants.
    """

    def __init__(self, dynamodb: Any, table: str, *, name: str, limit: int, window: timedelta) -> None:
        """Count calls of the kind `name` (`vend`).

        Raises:
            ValueError: a limit or a window that would refuse every call, or none.

        """
        if limit < 1 or window < timedelta(seconds=1):
            raise ValueError("a rate budget needs a limit of at least 1 and a window of at least one second")
        self._dynamodb = dynamodb
        self._table = table
        self._name = name
        self._limit = limit
        self._window_s = int(window.total_seconds())

    async def spend(self, user: str, now: datetime) -> Allowed | Limited:
        """Take one from the user's budget for the window `now` (UTC) is in.

        Raises:
            AwsError: the counter could not be increased. No call may continue uncounted.

        """
        instant = int(now.timestamp())
        window_start = instant - instant % self._window_s
        window_end = window_start + self._window_s
        with translate_errors("dynamodb"):
            try:
                await self._count(user, window_start, window_end)
            except ServiceError as error:
                if error.code != "ConditionalCheckFailedException":
                    raise
                return Limited(retry_after_s=window_end - instant)
        return Allowed()

    async def was_spent(self, user: str, since: datetime, now: datetime) -> bool:
        """Whether the user's budget was spent from in any window that overlaps `since` to `now` (UTC).

        Raises:
            AwsError: the counters could not be read.

        """
        first, last = (int(instant.timestamp()) // self._window_s for instant in (since, now))
        keys = [self._key(user, number * self._window_s) for number in range(first, last + 1)]
        return bool((await load_items(self._dynamodb, {self._table: keys}))[self._table])

    def _key(self, user: str, window_start: int) -> Item:
        return {"subject": text_value(counter_subject(self._name, user, window_start))}

    async def _count(self, user: str, window_start: int, window_end: int) -> None:
        await self._dynamodb.update_item(
            TableName=self._table,
            Key=self._key(user, window_start),
            UpdateExpression=f"SET {TTL_ATTRIBUTE} = :expires_at ADD n :one",
            ConditionExpression="attribute_not_exists(n) OR n < :limit",
            ExpressionAttributeValues={
                ":one": number_value(1),
                ":limit": number_value(self._limit),
                ":expires_at": number_value(window_end + int(_KEEP.total_seconds())),
            },
        )
