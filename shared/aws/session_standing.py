"""How a session stands: its row, and every lockout and cutoff over it, as the authorizer reads them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from shared.aws.batches import load_items
from shared.aws.copies import CopiedRows, RowKey
from shared.aws.cutoffs import Cutoff, read_cutoff, subjects_of
from shared.aws.grants import read_lockout
from shared.aws.items import Item, text_value
from shared.aws.session_rows import SessionRow, read_session
from shared.aws.tables import ALL_SUBJECT, CUTOFF_ITEM, LOCKOUT_ITEM, person_subjects, profile_subject, user_subject
from shared.core.globs import is_literal
from shared.core.grants import Lockout
from shared.core.identity import session_name_of
from shared.core.people import Person
from shared.core.stamp import Stamp

# DynamoDB API reference, BatchGetItem: at most 100 items. Each profile has two rows and their copies; a session, those
# of everyone and some of its user leave room.
_MOST_PROFILES: Final = 20
_MOST_SEEN: Final = 1000


@dataclass(frozen=True, slots=True)
class Concern:
    """Whom and what a session is about: the subjects whose cutoffs reach it, and those whose lockouts do."""

    cutoffs: frozenset[str]
    lockouts: frozenset[str]

    def keys(self) -> frozenset[RowKey]:
        return frozenset(
            {
                *((subject, CUTOFF_ITEM) for subject in self.cutoffs),
                *((subject, LOCKOUT_ITEM) for subject in self.lockouts),
            },
        )


@dataclass(frozen=True, slots=True)
class SessionStanding:
    """A session's row, and what else was decided over its user, its profile or everyone."""

    row: SessionRow
    lockouts: tuple[Lockout, ...]
    cutoffs: tuple[Cutoff, ...]

    @property
    def is_locked_out(self) -> bool:
        return bool(self.lockouts)

    @property
    def is_cut_off(self) -> bool:
        """Whether a revocation of its user, its profile or everyone reaches the session."""
        return any(cutoff.reaches(self.row) for cutoff in self.cutoffs)

    @property
    def stands(self) -> bool:
        """Whether nothing beside the row is against the session."""
        return not self.is_locked_out and not self.is_cut_off


class SessionStandings:
    """Reads both tables at once, in one call wherever the session's user and profile can be told beforehand.

    They can when the session was seen before, or when the stamp spells the user out and the API accepts the profile by
    its name; otherwise a second call reads what the first missed.
    """

    def __init__(self, dynamodb: Any, session_table: str, grant_table: str) -> None:
        self._dynamodb = dynamodb
        self._session_table = session_table
        self._grant_table = grant_table
        self._seen: dict[str, Concern] = {}
        self._copied = CopiedRows()

    async def load(self, stamp: Stamp, profiles: Iterable[str], now: datetime) -> SessionStanding | None:
        """Load the standing of a session, strongly consistently; None where there is no such session.

        `profiles` are globs of those the API accepts; lockouts of the literal ones are read along with the row.

        Raises:
            AwsError: something could not be read, or not be understood. There is no partial standing.

        """
        likely = (self._seen.get(stamp.session_id) or _guess(stamp, profiles)).keys()
        places = self._copied.places(likely, stamp.session_id, now)
        session = [{"session_id": text_value(stamp.session_id)}]
        items = await load_items(self._dynamodb, {self._session_table: session, self._grant_table: _as_items(places)})
        if not items[self._session_table]:
            return None
        row = read_session(items[self._session_table][0])
        found = items[self._grant_table]
        wanted = self._remember(row).keys()
        if missing := wanted - likely:
            others = self._copied.places(missing, row.session_id, now)
            found += await self._load(others)
            places |= others
        gathered = self._copied.gather(wanted, places, found, row.session_id, now)
        standing = _judge(row, gathered.items.values(), now)
        if standing.stands and not _judge(row, gathered.remembered.values(), now).stands:
            # Nothing is refused by what is only remembered: it may have been lifted since.
            fresh = {(item["subject"]["S"], item["item"]["S"]): item for item in await self._load(gathered.remembered)}
            standing = _judge(row, ({**gathered.items, **fresh}).values(), now)
        return standing

    async def _load(self, keys: Iterable[RowKey]) -> list[Item]:
        return (await load_items(self._dynamodb, {self._grant_table: _as_items(keys)}))[self._grant_table]

    def _remember(self, row: SessionRow) -> Concern:
        """Remember whom and what a session is about, which never changes."""
        if len(self._seen) >= _MOST_SEEN:
            self._seen.clear()
        person = Person(row.user, session_name_of(row.caller_arn))
        self._seen[row.session_id] = _concern(person, subjects_of(row))
        return self._seen[row.session_id]


def _concern(person: Person, cutoffs: frozenset[str]) -> Concern:
    return Concern(cutoffs, cutoffs | person_subjects(person))


def _guess(stamp: Stamp, profiles: Iterable[str]) -> Concern:
    user = stamp.user_text.replace("=", "/")
    literal = sorted(filter(is_literal, profiles))[:_MOST_PROFILES]
    return _concern(Person(user), frozenset({ALL_SUBJECT, user_subject(user), *map(profile_subject, literal)}))


def _as_items(keys: Iterable[RowKey]) -> list[Item]:
    return [{"subject": text_value(subject), "item": text_value(item)} for subject, item in sorted(keys)]


def _judge(row: SessionRow, items: Iterable[Item], now: datetime) -> SessionStanding:
    lockouts: list[Lockout] = []
    cutoffs: list[Cutoff] = []
    for item in items:
        if item["item"]["S"] == CUTOFF_ITEM:
            cutoffs.append(read_cutoff(item))
        elif (lockout := read_lockout(item)) is not None and lockout.is_active(now):
            lockouts.append(lockout)
    return SessionStanding(row, tuple(lockouts), tuple(cutoffs))
