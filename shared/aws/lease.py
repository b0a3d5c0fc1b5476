"""A lease: one holder at a time, for a while. It orders writers to a service that knows no conditional write."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, Final

from shared.aws.errors import ThrottledError, UnavailableError, speaking_to
from shared.aws.items import instant_value, text_value
from shared.aws.tables import LEASE_ITEM
from shared.aws.wire.service_error import ServiceError

# Longer than any request of ours may take: who still holds it after that is gone.
LEASE: Final = timedelta(seconds=30)
_PAUSE_S: Final = 0.1


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
        while not await self._take(holder):
            if asyncio.get_running_loop().time() + _PAUSE_S > deadline:
                raise ThrottledError("dynamodb", "somebody else holds the lease")
            await asyncio.sleep(_PAUSE_S)
        try:
            yield
        finally:
            is_ours = await asyncio.shield(self._give_back(holder))
        if not is_ours:
            raise UnavailableError("dynamodb", "the lease was lost before the work was done")

    async def _take(self, holder: str) -> bool:
        now = self._clock()
        return await self._update(
            UpdateExpression="SET holder = :holder, held_until = :until",
            ConditionExpression="attribute_not_exists(holder) OR held_until < :now",
            ExpressionAttributeValues={
                ":holder": text_value(holder),
                ":until": instant_value(now + LEASE),
                ":now": instant_value(now),
            },
        )

    async def _give_back(self, holder: str) -> bool:
        return await self._update(
            UpdateExpression="REMOVE holder, held_until",
            ConditionExpression="holder = :holder",
            ExpressionAttributeValues={":holder": text_value(holder)},
        )

    async def _update(self, **update: Any) -> bool:
        with speaking_to("dynamodb"):
            try:
                await self._dynamodb.update_item(**self._key, **update)
            except ServiceError as error:
                if error.code != "ConditionalCheckFailedException":
                    raise
                return False
        return True
