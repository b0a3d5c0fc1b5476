"""A lease: one holder at a time, for a limited time. It orders writers to a service without conditional writes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, Final

from shared.aws.client.protocol import ServiceError
from shared.aws.dynamodb.items import Item, instant_value, text_value
from shared.aws.dynamodb.schema import LEASE_ITEM
from shared.aws.errors import ThrottledError, UnavailableError, translate_errors

# Longer than any request may take: a holder that still has it then has ended.
LEASE: Final = timedelta(seconds=30)
_PAUSE_S: Final = 0.1
# The table has whole seconds.
_WHOLE_SECONDS: Final = timedelta(seconds=1)


class Lease:
    """The lease of one subject, kept in the grant table."""

    def __init__(self, dynamodb: Any, table: str, subject: str, clock: Callable[[], datetime]) -> None:
        self._dynamodb = dynamodb
        self._key = {"TableName": table, "Key": {"subject": text_value(subject), "item": text_value(LEASE_ITEM)}}
        self._clock = clock

    @asynccontextmanager
    async def held(self, holder: str, limit_s: float) -> AsyncIterator[None]:
        """Hold the lease during the block, after waiting up to `limit_s` seconds for its holder.

        Raises:
            ThrottledError: another holder had it all that time.
            UnavailableError: it was lost before the block ended.
            AwsError: the holder is not known.

        """
        deadline = asyncio.get_running_loop().time() + limit_s
        while (until := await self._take(holder)) is None:
            if asyncio.get_running_loop().time() + _PAUSE_S > deadline:
                raise ThrottledError("dynamodb", "another holder has the lease")
            await asyncio.sleep(_PAUSE_S)
        try:
            yield
        finally:
            is_ours = await asyncio.shield(self._give_back(holder, until))
        if not is_ours:
            raise UnavailableError("dynamodb", "the lease was lost before the work was done")

    async def _take(self, holder: str) -> datetime | None:
        """Take the lease, and give its end; None if another holder has it."""
        now = self._clock()
        refused = await self._update(
            UpdateExpression="SET holder = :holder, held_until = :until",
            # This holder has it already if the response to an earlier attempt was lost.
            ConditionExpression="attribute_not_exists(holder) OR held_until < :now OR holder = :holder",
            ExpressionAttributeValues={
                ":holder": text_value(holder),
                ":until": instant_value(now + LEASE),
                ":now": instant_value(now),
            },
        )
        return now + LEASE if refused is None else None

    async def _give_back(self, holder: str, until: datetime) -> bool:
        """Release the lease; False if another holder had it by then."""
        refused = await self._update(
            UpdateExpression="REMOVE holder, held_until",
            ConditionExpression="holder = :holder",
            ExpressionAttributeValues={":holder": text_value(holder)},
        )
        if refused is None:
            return True
        # No other holder could take it before `until`: without a holder, an earlier attempt released it and its
        # response was lost.
        return "holder" not in refused and self._clock() < until - _WHOLE_SECONDS

    async def _update(self, **update: Any) -> Item | None:
        """Change the lease's row on a condition; if that fails, return the present row."""
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
