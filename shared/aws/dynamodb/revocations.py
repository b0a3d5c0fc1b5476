"""Writing revocations: row, cutoff and lockout change in one transaction, or not at all."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.aws.client.protocol import ServiceError
from shared.aws.dynamodb.copies import copy_writes
from shared.aws.dynamodb.grant_rows import action_value
from shared.aws.dynamodb.items import flag_value, map_value, number_value, text_value
from shared.aws.dynamodb.lockouts import lockout_writes
from shared.aws.dynamodb.reads import find_by_id
from shared.aws.dynamodb.revocation_rows import (
    RevocationRow,
    position_attributes,
    read_revocation,
    revocation_attributes,
    revocation_key,
)
from shared.aws.dynamodb.schema import REVOCATIONS_SUBJECT, revocation_item
from shared.aws.dynamodb.session_lists import SessionPosition
from shared.aws.dynamodb.session_status import cutoff_item, load_cutoffs
from shared.aws.dynamodb.transactions import Committed, transact
from shared.aws.errors import UnreadableError, translate_errors
from shared.core.durations import CHAINING_MAXIMUM
from shared.core.lockout import LockoutChange
from shared.core.people import Action
from shared.core.revocation import ONE_SECOND, Revocation, Target
from shared.core.session import Cutoff, Session, SessionStatus
from shared.core.subjects import target_subject


@dataclass(frozen=True, slots=True)
class Marked:
    """The result of one batch of marking: the number of rows, and the last one; None at the end of the list."""

    count: int
    reached: SessionPosition | None


class RevocationTable:
    """The revocations of the grant table, and their changes in the session table."""

    def __init__(self, dynamodb: Any, session_table: str, grant_table: str) -> None:
        self._dynamodb = dynamodb
        self._session_table = session_table
        self._grant_table = grant_table

    async def revoke_session(self, row: RevocationRow, lockout: LockoutChange | None) -> bool:
        """Revoke one active session, and set a lockout in the same transaction if one is requested.

        False, with nothing written, if the session is no longer active or another call changed the lockout.

        Raises:
            AwsError: it is not known whether it happened.

        """
        writes = [
            {"Update": self._mark(row.revocation.name, row.ending)},
            {"Put": self._listed(row)},
            *([] if lockout is None else lockout_writes(lockout, self._grant_table)),
        ]
        return isinstance(await transact(self._dynamodb, writes), Committed)

    async def cut_off(self, row: RevocationRow, lockout: LockoutChange, *, is_listed: bool = True) -> bool:
        """Revoke everything issued to a user, of a profile or to everyone, and lock them out for the vends under way.

        Unless it `is_listed`, the row from which the kill switch is built is left out.

        False, with nothing written, if there is a later cutoff already or another call changed the lockout.

        Raises:
            AwsError: it is not known whether it happened.

        """
        revocation = row.revocation
        cutoff = Cutoff(target_subject(revocation.target, revocation.name), revocation.issued_until, row.ending)
        item = cutoff_item(cutoff)
        put = {
            "TableName": self._grant_table,
            "Item": item,
            # A cutoff never moves back: an earlier one would make revoked sessions active.
            "ConditionExpression": "attribute_not_exists(subject) OR revoked_until <= :until",
            "ExpressionAttributeValues": {":until": item["revoked_until"]},
        }
        writes = [
            {"Put": put},
            *copy_writes(self._grant_table, item),
            *([{"Put": self._listed(row)}] if is_listed else []),
            *lockout_writes(lockout, self._grant_table),
        ]
        return isinstance(await transact(self._dynamodb, writes), Committed)

    async def list_late(self, row: RevocationRow) -> None:
        """Write the row that `cut_off` left out.

        Raises:
            AwsError: it is not known to be there.

        """
        with translate_errors("dynamodb"):
            await self._dynamodb.put_item(**self._listed(row))

    async def find_cutoff(self, target: Target, name: str) -> datetime | None:
        """Find the cutoff of a target, strongly consistently; None if it has none.

        Raises:
            AwsError: it could not be read, or not be understood.

        """
        subject = target_subject(target, name)
        cutoffs, unreadable = await load_cutoffs(self._dynamodb, self._grant_table, [subject])
        if unreadable:
            raise UnreadableError("dynamodb", "the cutoff cannot be understood")
        return cutoffs[subject].issued_until if subject in cutoffs else None

    async def mark_revoked(self, row: Session, ending: Action) -> bool:
        """Mark the row of a session that a cutoff revoked; False if the row was no longer active.

        Raises:
            AwsError: it is not known whether it is marked.

        """
        with translate_errors("dynamodb"):
            try:
                await self._dynamodb.update_item(**self._mark(row.session_id, ending))
            except ServiceError as error:
                if error.code != "ConditionalCheckFailedException":
                    raise
                return False
        return True

    async def find(self, revocation_id: str) -> RevocationRow | None:
        """Find a revocation by id. The index only gives its key; the row itself is read consistently.

        Raises:
            AwsError: it could not be read, or not be understood.

        """
        item = await find_by_id(self._dynamodb, self._grant_table, revocation_id)
        if item is None or item["subject"]["S"] != REVOCATIONS_SUBJECT:
            return None
        return read_revocation(item)

    async def note_progress(self, row: RevocationRow, marked: Marked) -> RevocationRow:
        """Record the progress of marking; the counts of concurrent batches add up.

        Raises:
            AwsError: it is not known whether it is written.

        """
        progress = "is_complete = :complete" if marked.reached is None else "reached = :reached"
        value = (
            {":complete": flag_value(is_set=True)}
            if marked.reached is None
            else {":reached": map_value(position_attributes(marked.reached))}
        )
        with translate_errors("dynamodb"):
            answer = await self._dynamodb.update_item(
                TableName=self._grant_table,
                Key=revocation_key(row),
                UpdateExpression=f"SET {progress} ADD marked :count",
                ConditionExpression="attribute_exists(subject)",
                ExpressionAttributeValues={":count": number_value(marked.count), **value},
                ReturnValues="ALL_NEW",
            )
        return read_revocation(answer["Attributes"])

    async def load_live(self, now: datetime) -> list[Revocation]:
        """Load every revocation that can still matter, strongly consistently, all pages.

        Raises:
            AwsError: a page could not be read, or a row is invalid. There is no partial result.

        """
        request: dict[str, Any] = {
            "TableName": self._grant_table,
            "ConsistentRead": True,
            "KeyConditionExpression": "subject = :subject AND #item > :oldest",
            "ExpressionAttributeNames": {"#item": "item"},
            "ExpressionAttributeValues": {
                ":subject": text_value(REVOCATIONS_SUBJECT),
                ":oldest": text_value(revocation_item(now - CHAINING_MAXIMUM, "")),
            },
        }
        live: list[Revocation] = []
        while True:
            with translate_errors("dynamodb"):
                page = await self._dynamodb.query(**request)
            live.extend(read_revocation(item).revocation for item in page["Items"])
            if not page.get("LastEvaluatedKey"):
                return [revocation for revocation in live if revocation.is_live(now)]
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    async def has_expired(self, since: datetime | None, now: datetime) -> bool:
        """Whether a revocation has ceased to matter by `now`, and had not yet at `since`; None: at any time.

        Raises:
            AwsError: it could not be read.

        """
        first = "" if since is None else revocation_item(since - CHAINING_MAXIMUM + ONE_SECOND, "")
        with translate_errors("dynamodb"):
            page = await self._dynamodb.query(
                TableName=self._grant_table,
                ConsistentRead=True,
                KeyConditionExpression="subject = :subject AND #item BETWEEN :first AND :last",
                ExpressionAttributeNames={"#item": "item"},
                ExpressionAttributeValues={
                    ":subject": text_value(REVOCATIONS_SUBJECT),
                    ":first": text_value(first or "0"),
                    # Every row has an id after the number, so this one of the next second is no row's.
                    ":last": text_value(revocation_item(now - CHAINING_MAXIMUM + ONE_SECOND, "")),
                },
                Limit=1,
            )
        return bool(page["Items"])

    def _listed(self, row: RevocationRow) -> dict[str, Any]:
        return {"TableName": self._grant_table, "Item": revocation_attributes(row)}

    def _mark(self, session_id: str, ending: Action) -> dict[str, Any]:
        return {
            "TableName": self._session_table,
            "Key": {"session_id": text_value(session_id)},
            "UpdateExpression": "SET #status = :revoked, #revoked = :ending",
            "ConditionExpression": "#status = :active",
            "ExpressionAttributeNames": {"#status": "status", "#revoked": "revoked"},
            "ExpressionAttributeValues": {
                ":active": text_value(SessionStatus.ACTIVE),
                ":revoked": text_value(SessionStatus.REVOKED),
                ":ending": action_value(ending),
            },
        }
