"""DynamoDB transactions: idempotent, retried on conflicts, with a failed condition as a value."""

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from shared.aws.client.protocol import ServiceError
from shared.aws.dynamodb.items import Item
from shared.aws.errors import AwsError, ThrottledError, UnavailableError, translate_errors

# DynamoDB API reference, TransactWriteItems: reasons that a retry may not meet again.
_CONTENTION: Final = frozenset({"TransactionConflict"})
_THROTTLING: Final = frozenset({"ThrottlingError", "ProvisionedThroughputExceeded"})
# An earlier attempt of the same transaction is in progress, whose response was lost.
_IN_PROGRESS: Final = "TransactionInProgressException"
_TOKEN_LENGTH: Final = 36


class _Rejection(Enum):
    """What a transaction waits for, with the pauses between attempts in seconds."""

    ANOTHER = (0.05, 0.1, 0.15)
    # The same page requires several attempts, one of them at least five seconds after the first.
    ITSELF = (0.1, 0.2, 0.4, 0.8, 1.6, 2.4)

    def give_up(self) -> AwsError:
        if self is _Rejection.ANOTHER:
            return ThrottledError("dynamodb", "a transaction kept meeting others")
        return UnavailableError("dynamodb", f"a transaction answered {_IN_PROGRESS} to the end")


@dataclass(frozen=True, slots=True)
class Committed:
    """Every write of the transaction happened."""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """No write happened, because a condition failed.

    `items` has one entry per write: the present row if its condition failed and `ALL_OLD` was requested, else None.
    """

    items: tuple[Item | None, ...]


async def transact(dynamodb: Any, writes: Sequence[Mapping[str, Any]]) -> Committed | Cancelled:
    """Run the writes in one transaction.

    Repeated with the same writes within ten minutes, it is the same transaction. A conflict with another transaction is
    retried a few times after short pauses; an earlier attempt of this one that is still in progress, for up to five and
    a half seconds.

    Raises:
        AwsError: the transaction may not have happened.

    """
    token = _token_for(writes)
    pauses = {rejection: iter(rejection.value) for rejection in _Rejection}
    while True:
        with translate_errors("dynamodb"):
            outcome = await _try_once(dynamodb, writes, token)
        if not isinstance(outcome, _Rejection):
            return outcome
        pause_s = next(pauses[outcome], None)
        if pause_s is None:
            raise outcome.give_up()
        await asyncio.sleep(pause_s)


def _token_for(writes: Sequence[Mapping[str, Any]]) -> str:
    """Make the idempotency token from the writes: the same writes are the same transaction, any others another.

    DynamoDB refuses a token that it received with another body within ten minutes, so the token depends on nothing
    else.
    """
    return hashlib.sha256(json.dumps(writes, sort_keys=True).encode()).hexdigest()[:_TOKEN_LENGTH]


async def _try_once(
    dynamodb: Any, writes: Sequence[Mapping[str, Any]], token: str
) -> Committed | Cancelled | _Rejection:
    try:
        await dynamodb.transact_write_items(TransactItems=writes, ClientRequestToken=token)
    except ServiceError as error:
        if error.code == _IN_PROGRESS:
            return _Rejection.ITSELF
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
    return _Rejection.ANOTHER
