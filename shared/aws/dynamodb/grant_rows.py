"""What rows of approval requests and break-glass events have in common: their keys and indexes."""

from datetime import datetime, timedelta
from typing import Final

from shared.aws.dynamodb.items import (
    Item,
    ItemReader,
    drop_none,
    instant_value,
    map_value,
    number_value,
    text_value,
)
from shared.aws.dynamodb.schema import EVIDENCE, TTL_ATTRIBUTE, ItemKind, grant_item, kind_and_name
from shared.core.grants import Extended
from shared.core.identity import Authentication
from shared.core.marks import Marks
from shared.core.people import Action, Person
from shared.core.subjects import user_subject


def grant_key(kind: ItemKind, user: str, profile: str, grant_id: str) -> Item:
    """Give the primary key of a grant's row."""
    return {"subject": text_value(user_subject(user)), "item": text_value(grant_item(kind, profile, grant_id))}


def grant_attributes(
    kind: ItemKind,
    *,
    user: str,
    profile: str,
    grant_id: str,
    status: str,
    created_at: datetime,
    kept_from: datetime,
    serves_until: datetime | None,
    is_open: bool,
) -> Item:
    """Give the attributes of a grant for indexes. `kept_from` is the start of its ninety days as evidence."""
    return drop_none(
        {
            **grant_key(kind, user, profile, grant_id),
            "kind": text_value(kind),
            "grant_id": text_value(grant_id),
            "user": text_value(user),
            "profile": text_value(profile),
            "status": text_value(status),
            "created_at": instant_value(created_at),
            "kind_user": text_value(kind_and_name(kind, user)),
            "kind_profile": text_value(kind_and_name(kind, profile)),
            "open_kind": text_value(kind) if is_open else None,
            "serves_until": None if serves_until is None else instant_value(serves_until),
            TTL_ATTRIBUTE: instant_value(kept_from + EVIDENCE),
        },
    )


def check_key(reader: ItemReader, kind: ItemKind) -> None:
    """Refuse a row whose key and attributes disagree: one of them is wrong, and access may depend on it.

    Raises:
        UnreadableError: they do.

    """
    if reader.text("subject") != user_subject(reader.text("user")):
        raise reader.unreadable("subject", "must agree with the row's user")
    if reader.text("item") != grant_item(kind, reader.text("profile"), reader.text("grant_id")):
        raise reader.unreadable("item", "must agree with the row's kind, profile and grant id")


def person_attributes(person: Person) -> Item:
    """Write a person without their groups, which only a vote keeps."""
    return drop_none(
        {
            "user": text_value(person.user),
            "session_name": optional_text(person.session_name or None),
            "account": optional_text(person.account or None),
            "authentication": text_value(Authentication.CHAT) if person.is_from_chat else None,
        },
    )


def read_person(reader: ItemReader) -> Person:
    """Read a person. Of how they proved who they were only the chat is written, and no other word is a better proof."""
    return Person(
        reader.text("user"),
        reader.optional_text("session_name") or "",
        reader.account("account") if reader.optional_text("account") is not None else "",
        frozenset(reader.optional_texts("groups")),
        reader.optional_text("authentication") is not None,
    )


def action_value(action: Action | None) -> dict[str, Item] | None:
    if action is None:
        return None
    return map_value(
        drop_none(
            {
                "by": optional_text(action.by),
                "at": instant_value(action.at),
                "comment": optional_text(action.comment),
            },
        ),
    )


def read_action(reader: ItemReader | None) -> Action | None:
    if reader is None:
        return None
    return Action(reader.optional_text("by"), reader.instant("at"), reader.optional_text("comment"))


def extended_value(extended: Extended | None) -> dict[str, Item] | None:
    if extended is None:
        return None
    so_far_s = int(extended.so_far.total_seconds())
    return map_value({"request_id": text_value(extended.request_id), "so_far_s": number_value(so_far_s)})


def read_extended(reader: ItemReader) -> Extended | None:
    """Read what an approval extends; None if it extends none."""
    extended = reader.optional_map("extends")
    if extended is None:
        return None
    return Extended(extended.text("request_id"), timedelta(seconds=extended.number("so_far_s")))


MARKED_BY: Final = "marked_by"
"""The run or the step that wrote last: a row in which it has changed is another row."""


def mark_attributes(marks: Marks) -> Item:
    """Write what was sent by time; what was not sent is absent."""
    return drop_none(
        {
            "reminded_at": optional_instant(marks.reminded_at),
            "escalated_at": optional_instant(marks.escalated_at),
            "warned_at": optional_instant(marks.warned_at),
            MARKED_BY: optional_text(marks.run),
        },
    )


def read_marks(reader: ItemReader) -> Marks:
    return Marks(
        reader.optional_instant("reminded_at"),
        reader.optional_instant("escalated_at"),
        reader.optional_instant("warned_at"),
        reader.optional_text(MARKED_BY),
    )


def optional_text(text: str | None) -> dict[str, str] | None:
    return None if text is None else text_value(text)


def optional_instant(instant: datetime | None) -> dict[str, str] | None:
    return None if instant is None else instant_value(instant)
