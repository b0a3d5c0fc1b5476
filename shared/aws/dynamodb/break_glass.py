"""The break-glass events of the grant table: their rows, and the ledgers that are written with each new one."""

from datetime import timedelta
from itertools import chain
from typing import Any, Final

from shared.aws.concurrency import gather_all
from shared.aws.dynamodb.grant_rows import (
    action_value,
    check_key,
    grant_attributes,
    mark_attributes,
    person_attributes,
    read_action,
    read_marks,
    read_person,
)
from shared.aws.dynamodb.grant_store import GrantStore, RowForm
from shared.aws.dynamodb.items import (
    Item,
    ItemReader,
    account_value,
    drop_none,
    flag_value,
    instant_value,
    maps_value,
    number_value,
    text_value,
)
from shared.aws.dynamodb.reads import load_items
from shared.aws.dynamodb.schema import LEDGER_ITEM, TTL_ATTRIBUTE, ItemKind, budget_subject, profile_budget_subject
from shared.aws.dynamodb.transactions import Cancelled, transact
from shared.aws.errors import translate_errors
from shared.core.break_glass.event import BreakGlassEvent
from shared.core.break_glass.policy import ReasonCode
from shared.core.break_glass.start import NAMES_KEPT, Begun, History, Ledger, Naming, Spending
from shared.core.grants import EventStatus
from shared.core.people import Action, Person
from shared.core.subjects import user_subject

_KIND: Final = ItemKind.BREAK_GLASS
_LEDGER_KEPT: Final = NAMES_KEPT + timedelta(days=1)


def event_item(event: BreakGlassEvent) -> Item:
    """Write an event; what is not known is absent."""
    serves = event.status is EventStatus.ACTIVE
    return grant_attributes(
        _KIND,
        user=event.user,
        profile=event.profile,
        grant_id=event.event_id,
        status=event.status,
        created_at=event.created_at,
        kept_from=event.ends_at,
        serves_until=event.ends_at if serves else None,
        is_open=serves or event.awaits_review,
    ) | drop_none(
        {
            **person_attributes(event.invoker),
            "arn": text_value(event.invoker_arn),
            "account": account_value(event.account),
            "reason": text_value(event.reason),
            "justification": text_value(event.justification),
            "starts_at": instant_value(event.created_at),
            "ends_at": instant_value(event.ends_at),
            "is_review_required": flag_value(is_set=event.is_review_required),
            "rule": text_value(event.rule),
            "policy_version": text_value(event.policy_version),
            "ended": action_value(event.ended),
            "review": action_value(event.review),
            **mark_attributes(event.marks),
        },
    )


def read_event(item: Item) -> BreakGlassEvent:
    """Read an event back, to whole seconds.

    Raises:
        UnreadableError: an attribute is absent, of another type, or a word this version does not know.

    """
    reader = ItemReader("a break-glass event", item)
    check_key(reader, _KIND)
    return BreakGlassEvent(
        event_id=reader.text("grant_id"),
        invoker=read_person(reader),
        invoker_arn=reader.text("arn"),
        account=reader.account("account"),
        profile=reader.text("profile"),
        reason=reader.word("reason", ReasonCode),
        justification=reader.text("justification"),
        created_at=reader.instant("created_at"),
        ends_at=reader.instant("ends_at"),
        is_review_required=reader.flag("is_review_required"),
        rule=reader.text("rule"),
        policy_version=reader.text("policy_version"),
        status=reader.word("status", EventStatus),
        ended=read_action(reader.optional_map("ended")),
        review=_read_review(reader.optional_map("review")),
        marks=read_marks(reader),
    )


def ledger_item(subject: str, ledger: Ledger) -> Item:
    """Write a ledger. It has at least one spending, and expires when the last one can no longer count."""
    last = max(spending.at for spending in ledger.spent)
    return {
        "subject": text_value(subject),
        "item": text_value(LEDGER_ITEM),
        "version": number_value(ledger.version),
        "spent": maps_value(
            {"at": instant_value(spending.at), "event_id": text_value(spending.event_id)} for spending in ledger.spent
        ),
        "names": maps_value({"at": instant_value(name.at), "user": text_value(name.user)} for name in ledger.names),
        TTL_ATTRIBUTE: instant_value(last + _LEDGER_KEPT),
    }


def read_ledger(item: Item | None) -> Ledger:
    """Read a ledger; without a row it is empty.

    Raises:
        UnreadableError: an attribute is absent or of another type.

    """
    if item is None:
        return Ledger()
    reader = ItemReader("a break-glass ledger", item)
    spent = (Spending(each.instant("at"), each.text("event_id")) for each in reader.maps("spent"))
    # A ledger that an earlier version wrote has no names.
    named = reader.maps("names") if "names" in item else []
    names = (Naming(each.text("user"), each.instant("at")) for each in named)
    return Ledger(reader.number("version"), tuple(spent), tuple(names))


def _read_review(reader: ItemReader | None) -> Action | None:
    """Read a review; unlike an end, it always has a person."""
    if reader is not None:
        reader.text("by")
    return read_action(reader)


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
