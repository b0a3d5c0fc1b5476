"""The status of a session: its row, and every lockout and cutoff that applies, as the authorizer reads them.

A cutoff says until when everything issued to a user, of a profile or to everyone is revoked. A bulk revocation writes
its cutoff first and marks the rows afterwards, so it takes effect at one instant for any number of rows, and also for
vends in progress.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from shared.aws.dynamodb.copies import CopiedRows, RowKey
from shared.aws.dynamodb.grant_rows import action_value, read_action
from shared.aws.dynamodb.grants import read_lockout
from shared.aws.dynamodb.items import Item, ItemReader, drop_none, instant_value, read_readable, text_value
from shared.aws.dynamodb.reads import load_items
from shared.aws.dynamodb.schema import CUTOFF_ITEM, EVIDENCE, LOCKOUT_ITEM, TTL_ATTRIBUTE
from shared.aws.dynamodb.sessions import read_session
from shared.core.globs import is_literal
from shared.core.grants import Lockout
from shared.core.people import Person
from shared.core.session import Cutoff, Session, SessionStanding, standing_at
from shared.core.stamp import Stamp
from shared.core.subjects import cutoff_subjects, person_subjects

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


# DynamoDB API reference, BatchGetItem: at most 100 items. Each profile has two rows and their copies; a session, those
# of everyone and some of its user leave room.
_MOST_PROFILES: Final = 20
_MOST_SEEN: Final = 1000


class SessionStandings:
    """Reads both tables, in one call if the session's user and profile are known beforehand.

    They are known if the session was seen before, or if the stamp has the complete user and the API accepts the profile
    by its name; otherwise a second call reads the missing rows.
    """

    def __init__(self, dynamodb: Any, session_table: str, grant_table: str) -> None:
        self._dynamodb = dynamodb
        self._session_table = session_table
        self._grant_table = grant_table
        self._seen: dict[str, frozenset[RowKey]] = {}
        self._copied = CopiedRows()

    async def load(self, stamp: Stamp, profiles: Iterable[str], now: datetime) -> SessionStanding | None:
        """Load a session's row, lockouts and cutoffs, strongly consistently; None if the session does not exist.

        `profiles` are globs of those the API accepts; lockouts of the literal ones are read along with the row.

        Raises:
            AwsError: a row could not be read, or is invalid. There is no partial result.

        """
        likely = self._seen.get(stamp.session_id) or _guess(stamp, profiles)
        places = self._copied.places(likely, stamp.session_id, now)
        key = [{"session_id": text_value(stamp.session_id)}]
        items = await load_items(self._dynamodb, {self._session_table: key, self._grant_table: _as_items(places)})
        if not items[self._session_table]:
            return None
        session = read_session(items[self._session_table][0])
        found = items[self._grant_table]
        wanted = self._remember(session)
        if missing := wanted - likely:
            others = self._copied.places(missing, session.session_id, now)
            found += await self._load(others)
            places |= others
        gathered = self._copied.gather(wanted, places, found, session.session_id, now)
        standing = _standing(session, gathered.items.values(), now)
        if standing.is_unopposed and not _standing(session, gathered.remembered.values(), now).is_unopposed:
            # A remembered row alone refuses nothing: the lockout may have been lifted since.
            fresh = {(item["subject"]["S"], item["item"]["S"]): item for item in await self._load(gathered.remembered)}
            standing = _standing(session, ({**gathered.items, **fresh}).values(), now)
        return standing

    async def _load(self, keys: Iterable[RowKey]) -> list[Item]:
        return (await load_items(self._dynamodb, {self._grant_table: _as_items(keys)}))[self._grant_table]

    def _remember(self, session: Session) -> frozenset[RowKey]:
        """Remember the keys of the rows about a session, which never change."""
        if len(self._seen) >= _MOST_SEEN:
            self._seen.clear()
        self._seen[session.session_id] = _keys(session.cutoff_subjects, session.lockout_subjects)
        return self._seen[session.session_id]


def _keys(cutoffs: Iterable[str], lockouts: Iterable[str]) -> frozenset[RowKey]:
    return frozenset(
        {*((subject, CUTOFF_ITEM) for subject in cutoffs), *((subject, LOCKOUT_ITEM) for subject in lockouts)},
    )


def _guess(stamp: Stamp, profiles: Iterable[str]) -> frozenset[RowKey]:
    user = stamp.user_text.replace("=", "/")
    literal = sorted(filter(is_literal, profiles))[:_MOST_PROFILES]
    cutoffs = cutoff_subjects(user, *literal)
    return _keys(cutoffs, cutoffs | person_subjects(Person(user)))


def _as_items(keys: Iterable[RowKey]) -> list[Item]:
    return [{"subject": text_value(subject), "item": text_value(item)} for subject, item in sorted(keys)]


def _standing(session: Session, items: Iterable[Item], now: datetime) -> SessionStanding:
    lockouts: list[Lockout] = []
    cutoffs: list[Cutoff] = []
    for item in items:
        if item["item"]["S"] == CUTOFF_ITEM:
            cutoffs.append(read_cutoff(item))
        elif (lockout := read_lockout(item)) is not None:
            lockouts.append(lockout)
    return standing_at(session, lockouts, cutoffs, now)
