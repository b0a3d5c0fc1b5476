"""The break-glass events of the grant table, and the ledgers that are written with each new one."""

from typing import Any

from shared.aws.break_glass_rows import event_item, ledger_item, read_event, read_ledger
from shared.aws.errors import speaking_to
from shared.aws.grant_store import GrantStore, RowForm
from shared.aws.items import Item, number_value, text_value
from shared.aws.settling import all_of
from shared.aws.tables import LEDGER_ITEM, ItemKind, budget_subject, profile_budget_subject, user_subject
from shared.aws.transactions import Cancelled, transact
from shared.core.break_glass.beginning import Begun, History, Ledger
from shared.core.break_glass.event import BreakGlassEvent


class BreakGlassTable(GrantStore[BreakGlassEvent]):
    """Events and ledgers."""

    def __init__(self, dynamodb: Any, table: str) -> None:
        super().__init__(dynamodb, table, RowForm(ItemKind.BREAK_GLASS, event_item, read_event))

    async def load_history(self, user: str, profile: str) -> History:
        """Read the user's events and both ledgers side by side, strongly consistently.

        Raises:
            AwsError: a read failed, or a row cannot be understood.

        """
        subjects = (budget_subject(user), profile_budget_subject(profile))
        # The ledgers first: an event that begins in between changes them, and `begin` then finds them changed.
        ledgers = await all_of(map(self._load_ledger, subjects))
        return History(await self._load_events(user), *ledgers)

    async def begin(self, begun: Begun, history: History) -> bool:
        """Write a new event and both ledgers in one transaction; False where a ledger is no longer as in `history`.

        Raises:
            AwsError: it is not known to have happened.

        """
        event = begun.event
        outcome = await transact(
            self._dynamodb,
            [
                {"Put": self.new_row(event)},
                self._ledger_write(budget_subject(event.user), history.user_ledger, begun.user_ledger),
                self._ledger_write(
                    profile_budget_subject(event.profile),
                    history.profile_ledger,
                    begun.profile_ledger,
                ),
            ],
        )
        if not isinstance(outcome, Cancelled):
            return True
        return outcome.items[0] == event_item(event)

    async def _load_ledger(self, subject: str) -> Ledger:
        with speaking_to("dynamodb"):
            answer = await self._dynamodb.get_item(
                TableName=self._table,
                Key={"subject": text_value(subject), "item": text_value(LEDGER_ITEM)},
                ConsistentRead=True,
            )
        return read_ledger(answer.get("Item"))

    async def _load_events(self, user: str) -> tuple[BreakGlassEvent, ...]:
        request: dict[str, Any] = {
            "TableName": self._table,
            "ConsistentRead": True,
            "KeyConditionExpression": "subject = :subject AND begins_with(#item, :kind)",
            "ExpressionAttributeNames": {"#item": "item"},
            "ExpressionAttributeValues": {
                ":subject": text_value(user_subject(user)),
                ":kind": text_value(f"{ItemKind.BREAK_GLASS}#"),
            },
        }
        items: list[Item] = []
        while True:
            with speaking_to("dynamodb"):
                page = await self._dynamodb.query(**request)
            items.extend(page["Items"])
            if not page.get("LastEvaluatedKey"):
                return tuple(map(read_event, items))
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _ledger_write(self, subject: str, before: Ledger, after: Ledger) -> dict[str, Any]:
        put: dict[str, Any] = {"TableName": self._table, "Item": ledger_item(subject, after)}
        if before.version == 0:
            return {"Put": {**put, "ConditionExpression": "attribute_not_exists(subject)"}}
        return {
            "Put": {
                **put,
                "ConditionExpression": "version = :version",
                "ExpressionAttributeValues": {":version": number_value(before.version)},
            },
        }
