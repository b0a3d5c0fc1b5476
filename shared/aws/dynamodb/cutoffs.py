"""Cutoffs: until when everything issued to a user, of a profile or to everyone is revoked.

A bulk revocation writes its cutoff first and marks the rows afterwards, so it takes effect at one instant for any
number of rows, and also for vends in progress.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from shared.aws.dynamodb.grant_rows import action_value, read_action
from shared.aws.dynamodb.items import Item, ItemReader, drop_none, instant_value, text_value
from shared.aws.dynamodb.readable import read_readable
from shared.aws.dynamodb.reads import load_items
from shared.aws.dynamodb.schema import CUTOFF_ITEM, EVIDENCE, TTL_ATTRIBUTE
from shared.core.session import Cutoff

# DynamoDB API reference, BatchGetItem: at most 100 items.
_MOST_KEYS: Final = 100


def cutoff_key(subject: str) -> Item:
    return {"subject": text_value(subject), "item": text_value(CUTOFF_ITEM)}


def cutoff_item(cutoff: Cutoff) -> Item:
    return drop_none(
        {
            **cutoff_key(cutoff.subject),
            "revoked_until": instant_value(cutoff.issued_until),
            "ending": action_value(cutoff.ending),
            TTL_ATTRIBUTE: instant_value(cutoff.issued_until + EVIDENCE),
        },
    )


def read_cutoff(item: Item) -> Cutoff:
    """Read a cutoff back.

    Raises:
        UnreadableError: an attribute is absent or of another type.

    """
    reader = ItemReader("a cutoff of the grant table", item)
    ending = read_action(reader.optional_map("ending"))
    if ending is None:
        raise reader.unreadable("ending", "must say who revoked")
    return Cutoff(reader.text("subject"), reader.instant("revoked_until"), ending)


async def load_cutoffs(
    dynamodb: Any, table: str, subjects: Iterable[str]
) -> tuple[Mapping[str, Cutoff], frozenset[str]]:
    """Load the cutoffs of any number of subjects, strongly consistently; also the subjects with an invalid cutoff.

    Whether a session of such a subject is revoked is not known.

    Raises:
        AwsError: they could not be read.

    """
    wanted = sorted(set(subjects))
    found: dict[str, Cutoff] = {}
    unreadable: set[str] = set()
    for start in range(0, len(wanted), _MOST_KEYS):
        keys = [cutoff_key(subject) for subject in wanted[start : start + _MOST_KEYS]]
        items = (await load_items(dynamodb, {table: keys}))[table]
        cutoffs, names = read_readable(items, read_cutoff)
        found |= {cutoff.subject: cutoff for cutoff in cutoffs}
        unreadable.update(names)
    return found, frozenset(unreadable)
