"""How far the follow-up has come: where it stopped in each list, and when it last left nothing over."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from shared.aws.dynamodb.grant_lists import Position
from shared.aws.dynamodb.grant_rows import optional_instant
from shared.aws.dynamodb.items import Item, ItemReader, drop_none, map_value, number_value, text_value
from shared.aws.dynamodb.schema import FOLLOW_UP_SUBJECT, PROGRESS_ITEM, ItemKind
from shared.aws.errors import translate_errors

_KEY: Final[Item] = {"subject": text_value(FOLLOW_UP_SUBJECT), "item": text_value(PROGRESS_ITEM)}
_LISTS: Final[Mapping[ItemKind, str]] = {
    ItemKind.APPROVAL: "approvals_reached",
    ItemKind.BREAK_GLASS: "break_glass_reached",
}


@dataclass(frozen=True, slots=True)
class Progress:
    """What a run leaves to the next one. Instants are UTC.

    `reached` is the last row seen of each list that was not read to its end. `completed_at` is when the last run began
    that came to the end of every list, with no row that failed. `switched_at`: of the revocations that had ceased to
    matter by then, none is left in the kill switch.
    """

    reached: Mapping[ItemKind, Position] = field(default_factory=dict)
    completed_at: datetime | None = None
    switched_at: datetime | None = None


class FollowUpProgress:
    """The row of the grant table that keeps it."""

    def __init__(self, dynamodb: Any, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    async def load(self) -> Progress:
        """Read what the last run left, strongly consistently.

        Raises:
            AwsError: it could not be read, or not be understood.

        """
        with translate_errors("dynamodb"):
            found = await self._dynamodb.get_item(TableName=self._table, Key=_KEY, ConsistentRead=True)
        reader = ItemReader("the progress of the follow-up", found.get("Item", {}))
        places = {kind: reader.optional_map(name) for kind, name in _LISTS.items()}
        return Progress(
            reached={kind: _read_place(place) for kind, place in places.items() if place is not None},
            completed_at=reader.optional_instant("completed_at"),
            switched_at=reader.optional_instant("switched_at"),
        )

    async def save(self, progress: Progress) -> None:
        """Write what this run leaves. Of two runs at once either may be the last: the next one begins there.

        Raises:
            AwsError: it may not be written.

        """
        reached = {_LISTS[kind]: map_value(_place_item(place)) for kind, place in progress.reached.items()}
        instants = {
            "completed_at": optional_instant(progress.completed_at),
            "switched_at": optional_instant(progress.switched_at),
        }
        with translate_errors("dynamodb"):
            await self._dynamodb.put_item(TableName=self._table, Item=_KEY | reached | drop_none(instants))


def _place_item(place: Position) -> Item:
    return {
        "subject": text_value(place.subject),
        "item": text_value(place.item),
        "created_at": number_value(place.created_at),
    }


def _read_place(reader: ItemReader) -> Position:
    """Read a place in the index of open rows, which is the same for every user and profile."""
    return Position(
        subject=reader.text("subject"),
        item=reader.text("item"),
        row_id="",
        created_at=int(reader.instant("created_at").timestamp()),
        user="",
        profile="",
    )
