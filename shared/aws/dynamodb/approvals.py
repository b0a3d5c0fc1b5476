"""The approval requests of the grant table, and the pending one of each person and profile."""

from datetime import datetime, timedelta
from typing import Any, Final

from shared.aws.dynamodb.approval_rows import read_request, request_item
from shared.aws.dynamodb.grant_store import GrantStore, RowForm
from shared.aws.dynamodb.items import Item, ItemReader, instant_value, text_value
from shared.aws.dynamodb.schema import TTL_ATTRIBUTE, ItemKind, grant_item, pending_subject
from shared.aws.dynamodb.transactions import Committed, transact
from shared.aws.errors import ThrottledError, UnavailableError, translate_errors
from shared.core.approval.request import ApprovalRequest
from shared.core.approval.status import RequestStatus
from shared.core.subjects import user_subject

_ATTEMPTS: Final = 5
_KEPT: Final = timedelta(days=1)
_NONE: Final = "-"


class ApprovalTable(GrantStore[ApprovalRequest]):
    """Requests. A pending request gets votes, so a change is also conditional on the votes that were read.

    One row per person (any spelling of the name) and profile has the id of the pending request. Only filing writes it:
    it reads that request, and replaces the id if the request is decided, cancelled or expired.
    """

    def __init__(self, dynamodb: Any, table: str) -> None:
        super().__init__(dynamodb, table, RowForm(ItemKind.APPROVAL, request_item, read_request, growing=("votes",)))

    async def file(self, request: ApprovalRequest, now: datetime) -> ApprovalRequest | None:
        """Write a new pending request, and return None; if one of its person and profile is pending, return that one.

        Of several filed at once, exactly one is written.

        Raises:
            AwsError: the request may not have been written, or the other one cannot be read.

        """
        decided = _NONE
        for _ in range(_ATTEMPTS):
            writes = [{"Put": self.new_row(request)}, {"Put": self._place_write(request, now, decided)}]
            outcome = await transact(self._dynamodb, writes)
            if isinstance(outcome, Committed) or outcome.items[0] == request_item(request):
                return None
            if outcome.items[0] is not None or outcome.items[1] is None:
                raise UnavailableError("dynamodb", "another row has this request's key")
            place = ItemReader("a pending request", outcome.items[1])
            other = await self._find_pending(place, request.profile)
            if other is not None and other.status_at(now) is RequestStatus.PENDING:
                return other
            decided = place.text("request_id")
        raise ThrottledError("dynamodb", "others kept filing for the same user and profile")

    def _place_write(self, request: ApprovalRequest, now: datetime, decided: str) -> dict[str, Any]:
        """Set the pending request if the row is absent, if it has expired, or if it is the `decided` one."""
        return {
            "TableName": self._table,
            "Item": {
                "subject": text_value(pending_subject(request.requester.person.key)),
                "item": text_value(request.profile),
                "request_id": text_value(request.request_id),
                "requester": text_value(request.user),
                "waits_until": instant_value(request.pending_until),
                TTL_ATTRIBUTE: instant_value(request.pending_until + _KEPT),
            },
            "ConditionExpression": "attribute_not_exists(subject) OR waits_until <= :now OR request_id = :decided",
            "ExpressionAttributeValues": {":now": instant_value(now), ":decided": text_value(decided)},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }

    async def _find_pending(self, place: ItemReader, profile: str) -> ApprovalRequest | None:
        """Read the pending request by its key: an index may not have the newest yet."""
        key: Item = {
            "subject": text_value(user_subject(place.text("requester"))),
            "item": text_value(grant_item(ItemKind.APPROVAL, profile, place.text("request_id"))),
        }
        with translate_errors("dynamodb"):
            answer = await self._dynamodb.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        item = answer.get("Item")
        return None if item is None else read_request(item)
