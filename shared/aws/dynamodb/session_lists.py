"""Lists of sessions, newest first, with cutoffs applied: a session that a cutoff reaches is listed as revoked."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from shared.aws.dynamodb.grant_lists import ForeignPositionError, Page
from shared.aws.dynamodb.items import Item, instant_value, number_value, read_readable, text_value
from shared.aws.dynamodb.schema import SessionIndex, day_of
from shared.aws.dynamodb.session_status import load_cutoffs
from shared.aws.dynamodb.sessions import SessionTable, read_session
from shared.aws.errors import UnreadableError, translate_errors
from shared.core.session import Session, apply_cutoffs


@dataclass(frozen=True, slots=True)
class SessionPosition:
    """The end of a page of sessions. `issued_at` is in epoch seconds."""

    row_id: str
    issued_at: int
    user: str
    profile: str

    @property
    def day(self) -> str:
        return day_of(datetime.fromtimestamp(self.issued_at, UTC))


def place_of(row: Session) -> SessionPosition:
    """Give the position of a session, which is the same in every list."""
    return SessionPosition(row.session_id, int(row.issued_at.timestamp()), row.user, row.profile)


@dataclass(frozen=True, slots=True)
class SessionQuery:
    """Sessions issued from `since` to `until` (UTC, both included), of a user, else of a profile, else all.

    All sessions are in one partition per day; a caller that filters by user and profile must check the profile on the
    rows.
    """

    since: datetime
    until: datetime
    user: str | None = None
    profile: str | None = None

    def partitions(self, start: SessionPosition | None) -> Iterator[tuple[SessionIndex, str, str]]:
        """Give index, partition key and partition, in order, from the one in which a page starts.

        None where nothing lies between `since` and `until`: DynamoDB refuses to be asked that.
        """
        if int(self.since.timestamp()) > int(self.until.timestamp()):
            return
        if self.user is not None:
            yield SessionIndex.BY_USER, "user", self.user
        elif self.profile is not None:
            yield SessionIndex.BY_PROFILE, "profile", self.profile
        else:
            newest = self.until if start is None else datetime.fromtimestamp(start.issued_at, UTC)
            for day in _days(newest.astimezone(UTC).date(), self.since.astimezone(UTC).date()):
                yield SessionIndex.BY_DAY, "day", day

    def holds(self, position: SessionPosition) -> bool:
        """Whether the position is in this list."""
        within = int(self.since.timestamp()) <= position.issued_at <= int(self.until.timestamp())
        if self.user is not None:
            return within and position.user == self.user
        return within and self.profile in (None, position.profile)


class SessionLists:
    """Finds and lists sessions. A single session is read consistently; indexes are only used to find sessions."""

    def __init__(self, dynamodb: Any, session_table: str, grant_table: str) -> None:
        self._dynamodb = dynamodb
        self._session_table = session_table
        self._grant_table = grant_table
        self._sessions = SessionTable(dynamodb, session_table, grant_table)

    async def find(self, session_id: str) -> Session | None:
        """Find a session, with cutoffs applied.

        Raises:
            AwsError: it could not be read, or not be understood.

        """
        row = await self._sessions.find_session(session_id)
        if row is None:
            return None
        standing, unreadable = await self._as_they_stand([row])
        if unreadable:
            raise UnreadableError("dynamodb", "a cutoff of the session cannot be understood")
        return standing[0]

    async def page(
        self,
        query: SessionQuery,
        start: SessionPosition | None,
        limit: int,
    ) -> Page[Session, SessionPosition]:
        """List one page of at most `limit` sessions.

        A session whose row or cutoff is invalid is left out and named.

        Raises:
            ForeignPositionError: the position is not in this list.
            AwsError: the page could not be read.

        """
        if start is not None and not query.holds(start):
            raise ForeignPositionError("the position is in another list")
        written, following = await self._written(query, start, limit)
        rows, unreadable = read_readable(written, read_session)
        standing, unknown = await self._as_they_stand(rows)
        return Page(tuple(standing), following, (*unreadable, *unknown))

    async def glance(self, query: SessionQuery, limit: int) -> list[Session]:
        """List the newest sessions as their rows are written, without applying cutoffs.

        Raises:
            AwsError: they could not be read.

        """
        written, _ = await self._written(query, None, limit)
        return read_readable(written, read_session)[0]

    async def _written(
        self,
        query: SessionQuery,
        start: SessionPosition | None,
        limit: int,
    ) -> tuple[list[Item], SessionPosition | None]:
        """Read the first partition with sessions, and give the start of the next page; None at the end."""
        partitions = list(query.partitions(start))
        for number, (index, key, partition) in enumerate(partitions, start=1):
            answer = await self._query(query, index, key, partition, start, limit)
            if items := list[Item](answer["Items"]):
                has_more = bool(answer.get("LastEvaluatedKey")) or number < len(partitions)
                return items, _position_of(query, items[-1]) if has_more else None
        return [], None

    async def _query(
        self,
        query: SessionQuery,
        index: SessionIndex,
        key: str,
        partition: str,
        start: SessionPosition | None,
        limit: int,
    ) -> dict[str, Any]:
        request: dict[str, Any] = {
            "TableName": self._session_table,
            "IndexName": index,
            "KeyConditionExpression": "#partition = :partition AND issued_at BETWEEN :since AND :until",
            "ExpressionAttributeNames": {"#partition": key},
            "ExpressionAttributeValues": {
                ":partition": text_value(partition),
                ":since": instant_value(query.since),
                ":until": instant_value(query.until),
            },
            "ScanIndexForward": False,
            "Limit": limit,
        }
        if start is not None and (index is not SessionIndex.BY_DAY or partition == start.day):
            request["ExclusiveStartKey"] = _start_key(key, partition, start)
        with translate_errors("dynamodb"):
            answer: dict[str, Any] = await self._dynamodb.query(**request)
        return answer

    async def _as_they_stand(self, rows: list[Session]) -> tuple[list[Session], list[str]]:
        """Apply the cutoffs; also give the ids of sessions whose state is not known."""
        subjects = {subject for row in rows for subject in row.cutoff_subjects}
        cutoffs, unreadable = await load_cutoffs(self._dynamodb, self._grant_table, subjects)
        unknown = [row.session_id for row in rows if row.cutoff_subjects & unreadable]
        return [apply_cutoffs(row, cutoffs.values()) for row in rows if not row.cutoff_subjects & unreadable], unknown


def _position_of(query: SessionQuery, item: Item) -> SessionPosition:
    """Give the position after a row; the table and the index guarantee its keys, regardless of other attributes."""
    return SessionPosition(
        row_id=item["session_id"]["S"],
        issued_at=int(float(item["issued_at"]["N"])),
        user=query.user or item.get("user", {}).get("S", ""),
        profile=query.profile or item.get("profile", {}).get("S", ""),
    )


def _start_key(key: str, partition: str, start: SessionPosition) -> Item:
    return {
        "session_id": text_value(start.row_id),
        key: text_value(partition),
        "issued_at": number_value(start.issued_at),
    }


def _days(newest: date, oldest: date) -> Iterator[str]:
    for back in range((newest - oldest).days + 1):
        yield (newest - timedelta(days=back)).isoformat()
