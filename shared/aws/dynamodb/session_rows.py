"""The row of one vend, and its form in the session table."""

from typing import Any, Final

from shared.aws.dynamodb.grant_rows import action_value, read_action
from shared.aws.dynamodb.items import Item, ItemReader, drop_none, instant_value, text_value
from shared.aws.dynamodb.schema import EVIDENCE, TTL_ATTRIBUTE, day_of
from shared.core.session import Session, SessionStatus
from shared.core.stamp import Via

_TEXTS: Final = (
    "session_id",
    "user",
    "caller_arn",
    "account",
    "profile",
    "role_arn",
    "stamp",
    "request_id",
)
_OPTIONAL_TEXTS: Final = ("source_ip", "grant_id", "rule", "policy_version")


def session_item(row: Session) -> Item:
    """Write a row as the session table keeps it; what is not known is absent."""
    texts = {name: getattr(row, name) for name in (*_TEXTS, *_OPTIONAL_TEXTS)}
    return {
        **{name: text_value(text) for name, text in texts.items() if text is not None},
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
        via=reader.word("via", Via),
        issued_at=reader.instant("issued_at"),
        ends_at=reader.instant("ends_at"),
        status=reader.word("status", SessionStatus),
        revoked=read_action(reader.optional_map("revoked")),
    )
