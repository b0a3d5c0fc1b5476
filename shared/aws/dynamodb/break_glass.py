"""The break-glass events of the grant table, and the ledgers that are written with each new one."""

from itertools import chain
from typing import Any

from shared.aws.concurrency import gather_all
from shared.aws.dynamodb.break_glass_rows import event_item, ledger_item, read_event, read_ledger
from shared.aws.dynamodb.grant_store import GrantStore, RowForm
from shared.aws.dynamodb.items import Item, number_value, text_value
from shared.aws.dynamodb.reads import load_items
from shared.aws.dynamodb.schema import LEDGER_ITEM, ItemKind, budget_subject, profile_budget_subject
from shared.aws.dynamodb.transactions import Cancelled, transact
from shared.aws.errors import translate_errors
from shared.core.break_glass.beginning import Begun, History, Ledger
from shared.core.break_glass.event import BreakGlassEvent
from shared.core.people import Person
from shared.core.subjects import user_subject


class BreakGlassTable(GrantStore[BreakGlassEvent]):
    """Events and ledgers."""

    def __init__(self, dynamodb: Any, table: str) -> None:
        super().__init__(dynamodb, table, RowForm(ItemKind.BREAK_GLASS, event_item, read_event))

    async def load_history(self, person: Person, profile: str) -> History:
        """Read both ledgers and the events under every name of the person, strongly consistently.

        Events under the session's own name, and events of earlier versions, are counted against them only.

        Raises:
            AwsError: a read failed, or a row is invalid.

        """
        own, whole = budget_subject(person.key), profile_budget_subject(profile)
        others = sorted({*map(budget_subject, person.keys), budget_subject(person.user)} - {own})
        # The ledgers first: an event that starts in between changes them, and `begin` then detects it.
        ledgers = await self._load_ledgers(own, whole, *others)
        held_against = tuple(ledgers[subject] for subject in others)
        named = {name.user for ledger in (ledgers[own], *held_against) for name in ledger.names}
        names = sorted({person.user, *named, *filter(None, [person.session_name])})
        events = chain.from_iterable(await gather_all(map(self._load_events, names)))
        return History(tuple(events), ledgers[own], ledgers[whole], held_against)

    async def begin(self, begun: Begun, history: History) -> bool:
        """Write a new event and both ledgers in one transaction; False if a ledger has changed since `history`.

        Raises:
            AwsError: the transaction may not have happened.

        """
        event = begun.event
        outcome = await transact(
            self._dynamodb,
            [
                {"Put": self.new_row(event)},
                self._ledger_write(budget_subject(event.invoker.key), history.user_ledger, begun.user_ledger),
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

    async def _load_ledgers(self, *subjects: str) -> dict[str, Ledger]:
        keys = [{"subject": text_value(subject), "item": text_value(LEDGER_ITEM)} for subject in subjects]
        items = (await load_items(self._dynamodb, {self._table: keys}))[self._table]
        found = {item["subject"]["S"]: item for item in items}
        return {subject: read_ledger(found.get(subject)) for subject in subjects}

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
            with translate_errors("dynamodb"):
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
