"""The row of one vend, and its form in the session table."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from shared.aws.grant_rows import action_value, read_action
from shared.aws.items import Item, ItemReader, instant_value, known, text_value
from shared.aws.tables import EVIDENCE, TTL_ATTRIBUTE, SessionStatus, day_of
from shared.core.action import Action
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


@dataclass(frozen=True, slots=True)
class SessionRow:
    """Our record of one vend: what the audit line says about it, and whether it still stands.

    `account` is the caller's. `policy_version` is the digest of the access policy that decided. `ends_at` is when the
    credentials end; the row stays 90 days longer. `revoked` says by whom, when and why, where it is.
    """

    session_id: str
    user: str
    caller_arn: str
    account: str
    source_ip: str | None
    profile: str
    role_arn: str
    stamp: str
    via: Via
    grant_id: str | None
    rule: str | None
    policy_version: str | None
    request_id: str
    issued_at: datetime
    ends_at: datetime
    status: SessionStatus = SessionStatus.ACTIVE
    revoked: Action | None = None


def session_item(row: SessionRow) -> Item:
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
        **known({"revoked": action_value(row.revoked)}),
    }


def read_session(item: Item) -> SessionRow:
    """Read a row back, to whole seconds.

    Raises:
        UnreadableError: an attribute is absent, of another type, or a word this version does not know.

    """
    reader = ItemReader("a row of the session table", item)
    texts: dict[str, Any] = {name: reader.text(name) for name in _TEXTS}
    texts |= {name: reader.optional_text(name) for name in _OPTIONAL_TEXTS}
    return SessionRow(
        **texts,
        via=reader.word("via", Via),
        issued_at=reader.instant("issued_at"),
        ends_at=reader.instant("ends_at"),
        status=reader.word("status", SessionStatus),
        revoked=read_action(reader.optional_map("revoked")),
    )
