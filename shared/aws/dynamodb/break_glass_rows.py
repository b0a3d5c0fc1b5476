"""A break-glass event, and the ledgers its budgets are counted in, as the grant table keeps them."""

from datetime import timedelta
from typing import Final

from shared.aws.dynamodb.grant_rows import (
    action_value,
    check_key,
    grant_attributes,
    person_attributes,
    read_action,
    read_person,
)
from shared.aws.dynamodb.items import (
    Item,
    ItemReader,
    drop_none,
    flag_value,
    instant_value,
    maps_value,
    number_value,
    text_value,
)
from shared.aws.dynamodb.schema import LEDGER_ITEM, TTL_ATTRIBUTE, ItemKind
from shared.core.action import Action
from shared.core.break_glass.beginning import NAMES_KEPT, Ledger, Naming, Spending
from shared.core.break_glass.event import BreakGlassEvent
from shared.core.break_glass.policy import ReasonCode
from shared.core.break_glass.status import EventStatus

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
            "account": text_value(event.account),
            "reason": text_value(event.reason),
            "justification": text_value(event.justification),
            "starts_at": instant_value(event.created_at),
            "ends_at": instant_value(event.ends_at),
            "is_review_required": flag_value(is_set=event.is_review_required),
            "rule": text_value(event.rule),
            "policy_version": text_value(event.policy_version),
            "ended": action_value(event.ended),
            "review": action_value(event.review),
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
        account=reader.text("account"),
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
