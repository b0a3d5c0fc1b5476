"""A lease: one holder at a time, for a while. It orders writers to a service that knows no conditional write."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, Final

from shared.aws.client.replies import ServiceError
from shared.aws.dynamodb.items import Item, instant_value, text_value
from shared.aws.dynamodb.schema import LEASE_ITEM
from shared.aws.errors import ThrottledError, UnavailableError, translate_errors

# Longer than any request of ours may take: who still holds it after that is gone.
LEASE: Final = timedelta(seconds=30)
_PAUSE_S: Final = 0.1
# The table keeps whole seconds.
_WHOLE_SECONDS: Final = timedelta(seconds=1)


class Lease:
    """The lease of one subject, kept in the grant table."""

    def __init__(self, dynamodb: Any, table: str, subject: str, clock: Callable[[], datetime]) -> None:
        self._dynamodb = dynamodb
        self._key = {"TableName": table, "Key": {"subject": text_value(subject), "item": text_value(LEASE_ITEM)}}
        self._clock = clock

    @asynccontextmanager
    async def held(self, holder: str, limit_s: float) -> AsyncIterator[None]:
        """Hold the lease for the block, after waiting up to `limit_s` seconds for whoever holds it.

        Raises:
            ThrottledError: somebody else held it all that time.
            UnavailableError: it was lost before the block was over.
            AwsError: it is not known whose it is.

        """
        deadline = asyncio.get_running_loop().time() + limit_s
        while (until := await self._take(holder)) is None:
            if asyncio.get_running_loop().time() + _PAUSE_S > deadline:
                raise ThrottledError("dynamodb", "somebody else holds the lease")
            await asyncio.sleep(_PAUSE_S)
        try:
            yield
        finally:
            is_ours = await asyncio.shield(self._give_back(holder, until))
        if not is_ours:
            raise UnavailableError("dynamodb", "the lease was lost before the work was done")

    async def _take(self, holder: str) -> datetime | None:
        """Take the lease, and say until when it is held; None where somebody else holds it."""
        now = self._clock()
        refused = await self._update(
            UpdateExpression="SET holder = :holder, held_until = :until",
            # Taken by this holder already, where an earlier attempt succeeded unheard.
            ConditionExpression="attribute_not_exists(holder) OR held_until < :now OR holder = :holder",
            ExpressionAttributeValues={
                ":holder": text_value(holder),
                ":until": instant_value(now + LEASE),
                ":now": instant_value(now),
            },
        )
        return now + LEASE if refused is None else None

    async def _give_back(self, holder: str, until: datetime) -> bool:
        """Give the lease back; False where it was somebody else's by then."""
        refused = await self._update(
            UpdateExpression="REMOVE holder, held_until",
            ConditionExpression="holder = :holder",
            ExpressionAttributeValues={":holder": text_value(holder)},
        )
        if refused is None:
            return True
        # Nobody else could take it before `until`: if nobody holds it, an earlier attempt gave it back unheard.
        return "holder" not in refused and self._clock() < until - _WHOLE_SECONDS

    async def _update(self, **update: Any) -> Item | None:
        """Change the lease's row on a condition; where that failed, give the row as it is."""
        with translate_errors("dynamodb"):
            try:
                await self._dynamodb.update_item(
                    **self._key,
                    **update,
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
            except ServiceError as error:
                if error.code != "ConditionalCheckFailedException":
                    raise
                found: Item = error.details.get("Item", {})
                return found
        return None
