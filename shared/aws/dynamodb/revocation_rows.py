"""The row of one revocation, from which the kill switch is rebuilt and marking of sessions continues."""

from dataclasses import dataclass

from shared.aws.dynamodb.items import (
    Item,
    ItemReader,
    drop_none,
    flag_value,
    instant_value,
    map_value,
    number_value,
    text_value,
)
from shared.aws.dynamodb.schema import EVIDENCE, REVOCATIONS_SUBJECT, TTL_ATTRIBUTE, revocation_item
from shared.aws.dynamodb.session_lists import SessionPosition
from shared.core.people import Action
from shared.core.revocation import Revocation, Target


@dataclass(frozen=True, slots=True)
class RevocationRow:
    """A revocation, who made it and how far the marking of rows has come.

    `reached` is the last row that was read; None before the first. The revocation holds whether or not marking
    `is_complete`.
    """

    revocation_id: str
    revocation: Revocation
    ending: Action
    marked: int = 0
    reached: SessionPosition | None = None
    is_complete: bool = False


def revocation_key(row: RevocationRow) -> Item:
    return {
        "subject": text_value(REVOCATIONS_SUBJECT),
        "item": text_value(revocation_item(row.revocation.matters_from, row.revocation_id)),
    }


def revocation_attributes(row: RevocationRow) -> Item:
    """Write a row as the grant table keeps it."""
    revocation = row.revocation
    return drop_none(
        {
            **revocation_key(row),
            "grant_id": text_value(row.revocation_id),
            "target": text_value(revocation.target),
            "name": text_value(revocation.name) if revocation.name else None,
            "session_user": text_value(revocation.user) if revocation.user else None,
            "issued_until": instant_value(revocation.issued_until),
            "revoked_by": None if row.ending.by is None else text_value(row.ending.by),
            "revoked_at": instant_value(row.ending.at),
            "reason": None if row.ending.comment is None else text_value(row.ending.comment),
            "marked": number_value(row.marked),
            "is_complete": flag_value(is_set=row.is_complete),
            "is_own": flag_value(is_set=True) if revocation.is_own else None,
            "reached": None if row.reached is None else map_value(position_attributes(row.reached)),
            TTL_ATTRIBUTE: instant_value(revocation.issued_until + EVIDENCE),
        },
    )


def read_revocation(item: Item) -> RevocationRow:
    """Read a row back.

    Raises:
        UnreadableError: an attribute is absent, of another type, or a word this version does not know.

    """
    reader = ItemReader("a revocation of the grant table", item)
    reached = reader.optional_map("reached")
    return RevocationRow(
        revocation_id=reader.text("grant_id"),
        revocation=Revocation(
            reader.word("target", Target),
            reader.optional_text("name") or "",
            reader.instant("issued_until"),
            reader.optional_text("session_user") or "",
            reader.instant("revoked_at"),
            is_own="is_own" in item and reader.flag("is_own"),
        ),
        ending=Action(reader.optional_text("revoked_by"), reader.instant("revoked_at"), reader.optional_text("reason")),
        marked=reader.number("marked"),
        reached=None if reached is None else _read_position(reached),
        is_complete=reader.flag("is_complete"),
    )


def position_attributes(position: SessionPosition) -> Item:
    return {
        "session_id": text_value(position.row_id),
        "issued_at": number_value(position.issued_at),
        "user": text_value(position.user),
        "profile": text_value(position.profile),
    }


def _read_position(reader: ItemReader) -> SessionPosition:
    return SessionPosition(
        reader.text("session_id"), reader.number("issued_at"), reader.text("user"), reader.text("profile")
    )
