"""The session table: one row per vend, written before credentials leave."""

from enum import Enum
from typing import Any, Final

from shared.aws.client.protocol import ServiceError
from shared.aws.dynamodb.grant_rows import action_value, read_action
from shared.aws.dynamodb.items import Item, ItemReader, account_value, drop_none, instant_value, text_value
from shared.aws.dynamodb.schema import EVIDENCE, TTL_ATTRIBUTE, ItemKind, day_of, grant_item
from shared.aws.dynamodb.transactions import Cancelled, transact
from shared.aws.errors import UnavailableError, translate_errors
from shared.core.grants import Grant
from shared.core.session import Session, SessionStatus
from shared.core.stamp import Via
from shared.core.subjects import user_subject

_TEXTS: Final = (
    "session_id",
    "user",
    "caller_arn",
    "profile",
    "role_arn",
    "stamp",
    "request_id",
)
_OPTIONAL_TEXTS: Final = ("source_ip", "grant_id", "rule", "policy_version", "line_digest")


def session_item(row: Session) -> Item:
    """Write a row as the session table keeps it; what is not known is absent."""
    texts = {name: getattr(row, name) for name in (*_TEXTS, *_OPTIONAL_TEXTS)}
    return {
        **{name: text_value(text) for name, text in texts.items() if text is not None},
        "account": account_value(row.account),
        "via": text_value(row.via),
        "status": text_value(row.status),
        "issued_at": instant_value(row.issued_at),
        "ends_at": instant_value(row.ends_at),
        "day": text_value(day_of(row.issued_at)),
        TTL_ATTRIBUTE: instant_value(row.ends_at + EVIDENCE),
        **drop_none({"revoked": action_value(row.revoked)}),
    }


def read_session(item: Item) -> Session:
    """Read a row back, to whole seconds.

    Raises:
        UnreadableError: an attribute is absent, of another type, or a word this version does not know.

    """
    reader = ItemReader("a row of the session table", item)
    texts: dict[str, Any] = {name: reader.text(name) for name in _TEXTS}
    texts |= {name: reader.optional_text(name) for name in _OPTIONAL_TEXTS}
    return Session(
        **texts,
        account=reader.account("account"),
        via=reader.word("via", Via),
        issued_at=reader.instant("issued_at"),
        ends_at=reader.instant("ends_at"),
        status=reader.word("status", SessionStatus),
        revoked=read_action(reader.optional_map("revoked")),
    )


class Recording(Enum):
    """The result of recording a session that consumes its grant."""

    RECORDED = "recorded"
    GRANT_ALREADY_USED = "grant already used"


class SessionTable:
    """Records sessions, alone or together with the `once` grant they consume."""

    def __init__(self, dynamodb: Any, session_table: str, grant_table: str) -> None:
        self._dynamodb = dynamodb
        self._session_table = session_table
        self._grant_table = grant_table

    async def record_session(self, row: Session) -> None:
        """Write a new row. Idempotent: a row left by an attempt whose response was lost counts as success.

        Raises:
            AwsError: the row may not be written, so no credentials may leave.

        """
        with translate_errors("dynamodb"):
            try:
                await self._dynamodb.put_item(**self._new_row(row))
            except ServiceError as error:
                if error.code != "ConditionalCheckFailedException":
                    raise
                _check_same(row, error.details.get("Item"))

    async def mark_failed(self, session_id: str) -> bool:
        """Mark an active session as failed, because STS issued nothing; False if it is not active or does not exist.

        Raises:
            AwsError: the row could not be changed.

        """
        with translate_errors("dynamodb"):
            try:
                await self._dynamodb.update_item(**self._failed(session_id))
            except ServiceError as error:
                if error.code != "ConditionalCheckFailedException":
                    raise
                return False
        return True

    async def find_session(self, session_id: str) -> Session | None:
        """Find a session, strongly consistently.

        Raises:
            AwsError: the row could not be read, or not be understood.

        """
        with translate_errors("dynamodb"):
            answer = await self._dynamodb.get_item(
                TableName=self._session_table,
                Key={"session_id": text_value(session_id)},
                ConsistentRead=True,
            )
        return read_session(answer["Item"]) if "Item" in answer else None

    async def record_session_consuming(self, row: Session, grant: Grant) -> Recording:
        """Write a new row and consume its `once` approval, in one transaction.

        Raises:
            AwsError: the transaction may not have happened, so no credentials may leave.

        """
        outcome = await transact(
            self._dynamodb,
            [
                {"Put": self._new_row(row)},
                {
                    "Update": {
                        **self._grant_key(row, grant),
                        # A row has `serves_until` only while it is approved: the admin Lambda writes both together.
                        "UpdateExpression": (
                            "SET consumed_by = :session, consumed_at = :now REMOVE serves_until, open_kind"
                        ),
                        "ConditionExpression": "attribute_exists(serves_until) AND attribute_not_exists(consumed_by)",
                        "ExpressionAttributeValues": {
                            ":session": text_value(row.session_id),
                            ":now": session_item(row)["issued_at"],
                        },
                    },
                },
            ],
        )
        if isinstance(outcome, Cancelled):
            if outcome.items[0] is None:
                return Recording.GRANT_ALREADY_USED
            # Rows with this id are written in this transaction only: the response to an earlier attempt was lost.
            _check_same(row, outcome.items[0])
        return Recording.RECORDED

    async def give_back(self, row: Session, grant: Grant) -> bool:
        """Undo `record_session_consuming` after STS failed: the session is failed, the grant serves again.

        False if that is no longer possible, because one of the two has changed: the grant remains consumed.

        Raises:
            AwsError: it is not known to have happened.

        """
        outcome = await transact(
            self._dynamodb,
            [
                {"Update": self._failed(row.session_id)},
                {
                    "Update": {
                        **self._grant_key(row, grant),
                        "UpdateExpression": (
                            "SET serves_until = :ends_at, open_kind = :kind REMOVE consumed_by, consumed_at"
                        ),
                        "ConditionExpression": "consumed_by = :session",
                        "ExpressionAttributeValues": {
                            ":session": text_value(row.session_id),
                            ":ends_at": instant_value(grant.ends_at),
                            ":kind": text_value(ItemKind.APPROVAL),
                        },
                    },
                },
            ],
        )
        return not isinstance(outcome, Cancelled)

    def _new_row(self, row: Session) -> dict[str, Any]:
        return {
            "TableName": self._session_table,
            "Item": session_item(row),
            "ConditionExpression": "attribute_not_exists(session_id)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }

    def _failed(self, session_id: str) -> dict[str, Any]:
        return {
            "TableName": self._session_table,
            "Key": {"session_id": text_value(session_id)},
            "UpdateExpression": "SET #status = :failed",
            "ConditionExpression": "#status = :active",
            "ExpressionAttributeNames": {"#status": "status"},
            "ExpressionAttributeValues": {
                ":active": text_value(SessionStatus.ACTIVE),
                ":failed": text_value(SessionStatus.FAILED),
            },
        }

    def _grant_key(self, row: Session, grant: Grant) -> dict[str, Any]:
        return {
            "TableName": self._grant_table,
            "Key": {
                "subject": text_value(user_subject(row.user)),
                "item": text_value(grant_item(ItemKind.APPROVAL, grant.profile, grant.grant_id)),
            },
        }


def _check_same(row: Session, found: Item | None) -> None:
    if found != session_item(row):
        raise UnavailableError("dynamodb", "another session already has this session id")
