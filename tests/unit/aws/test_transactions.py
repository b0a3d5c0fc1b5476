import asyncio
from typing import Any

import pytest

from shared.aws.client.protocol import ServiceError
from shared.aws.dynamodb.transactions import Cancelled, Committed, transact
from shared.aws.errors import ThrottledError, UnavailableError

WRITES = [{"Put": {"TableName": "grants", "Item": {"subject": {"S": "user#alice"}}}}]


def failure(code: str, *reasons: str) -> ServiceError:
    details = {"CancellationReasons": [{"Code": reason} for reason in reasons]}
    return ServiceError("TransactWriteItems", 400, code, "", details)


IN_PROGRESS = failure("TransactionInProgressException")
CONFLICT = failure("TransactionCanceledException", "TransactionConflict")
STOPPED = failure("TransactionCanceledException", "ConditionalCheckFailed")


class Scripted:
    """A DynamoDB that answers in order, the last one for ever, and remembers the tokens."""

    def __init__(self, *answers: ServiceError | None) -> None:
        self.answers = list(answers)
        self.tokens: list[str] = []

    async def transact_write_items(self, **request: Any) -> dict[str, Any]:
        self.tokens.append(request["ClientRequestToken"])
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is not None:
            raise answer
        return {}


@pytest.fixture(autouse=True)
def paused(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Note the pauses instead of making them."""
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", pause)
    return pauses


async def test_a_transaction_still_in_progress_is_waited_for_under_its_own_token(paused: list[float]) -> None:
    dynamodb = Scripted(IN_PROGRESS, IN_PROGRESS, None)
    assert await transact(dynamodb, WRITES) == Committed()
    assert len(dynamodb.tokens) == 3
    assert len(set(dynamodb.tokens)) == 1
    assert paused == sorted(paused)


async def test_a_transaction_in_progress_is_asked_for_once_more_five_seconds_later(paused: list[float]) -> None:
    with pytest.raises(UnavailableError, match="TransactionInProgress"):
        await transact(Scripted(IN_PROGRESS), WRITES)
    assert sum(paused) >= 5


async def test_other_transactions_and_its_own_earlier_attempt_are_waited_for_each_for_itself() -> None:
    dynamodb = Scripted(CONFLICT, IN_PROGRESS, CONFLICT, IN_PROGRESS, STOPPED)
    assert await transact(dynamodb, WRITES) == Cancelled((None,))


async def test_a_conflict_that_stays_is_throttling(paused: list[float]) -> None:
    dynamodb = Scripted(CONFLICT)
    with pytest.raises(ThrottledError):
        await transact(dynamodb, WRITES)
    assert len(dynamodb.tokens) == len(paused) + 1 == 4


@pytest.mark.parametrize(
    "other",
    [
        [{"Put": {"TableName": "grants", "Item": {"subject": {"S": "user#bob"}}}}],
        [{"Put": {"TableName": "others", "Item": {"subject": {"S": "user#alice"}}}}],
        [{"Put": {**WRITES[0]["Put"], "ConditionExpression": "attribute_not_exists(subject)"}}],
        WRITES * 2,
    ],
)
async def test_no_two_bodies_share_a_token(other: list[dict[str, Any]]) -> None:
    dynamodb = Scripted(None)
    await transact(dynamodb, WRITES)
    await transact(dynamodb, other)
    assert len(set(dynamodb.tokens)) == 2
    assert all(1 <= len(token) <= 36 for token in dynamodb.tokens)
