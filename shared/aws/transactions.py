"""One way to run a DynamoDB transaction: retried on conflict, and a failed condition is a value."""

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from shared.aws.errors import ThrottledError, UnavailableError, speaking_to
from shared.aws.items import Item
from shared.aws.wire.service_error import ServiceError

# DynamoDB API reference, TransactWriteItems: reasons that may differ on the next try.
_CONTENTION: Final = frozenset({"TransactionConflict"})
_THROTTLING: Final = frozenset({"ThrottlingError", "ProvisionedThroughputExceeded"})
_ATTEMPTS: Final = 4
_PAUSE_S: Final = 0.05
_TOKEN_LENGTH: Final = 36


@dataclass(frozen=True, slots=True)
class Committed:
    """Every write of the transaction happened."""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """No write happened, because a condition failed.

    `items` has one place per write: the row its condition met where that failed and `ALL_OLD` was asked for, else None.
    """

    items: tuple[Item | None, ...]


def token_for(writes: Sequence[Mapping[str, Any]]) -> str:
    """Name a transaction by what it writes: repeated it is the same one, and changed in anything another."""
    return hashlib.sha256(json.dumps(writes, sort_keys=True).encode()).hexdigest()[:_TOKEN_LENGTH]


async def transact(dynamodb: Any, writes: list[dict[str, Any]], *, token: str) -> Committed | Cancelled:
    """Run the writes in one transaction.

    `token` (at most 36 characters) makes a repeated call with the same writes one transaction for ten minutes. Another
    transaction in the way is waited for a few times, briefly.

    Raises:
        AwsError: the transaction is not known to have happened.

    """
    for attempt in range(_ATTEMPTS):
        if attempt:
            await asyncio.sleep(_PAUSE_S * attempt)
        with speaking_to("dynamodb"):
            try:
                await dynamodb.transact_write_items(TransactItems=writes, ClientRequestToken=token)
            except ServiceError as error:
                if error.code != "TransactionCanceledException":
                    raise
                reasons = error.details.get("CancellationReasons", [])
            else:
                return Committed()
        codes = {reason.get("Code", "None") for reason in reasons} - {"None"}
        if codes == {"ConditionalCheckFailed"}:
            return Cancelled(tuple(reason.get("Item") for reason in reasons))
        if not codes or codes - _CONTENTION - _THROTTLING - {"ConditionalCheckFailed"}:
            raise UnavailableError("dynamodb", "a transaction was cancelled for a reason this version does not know")
    raise ThrottledError("dynamodb", "a transaction kept meeting others")
