"""One run of `sentinel audit verify`, and the line of the vend whose row `a_session` is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shared.edge.audit.writing import Chain
from tests.unit.client.session_service import ID, STAMP

VERIFY = ["audit", "verify", "--since", "2026-03-01T00:00:00Z", "--until", "2026-03-02T00:00:00Z"]


def a_vend_line(**changes: Any) -> bytes:
    """Write the line of the vend whose row `a_session` is, as a function does."""
    chain = Chain()
    line = chain.open_line(datetime(2026, 3, 1, 12, tzinfo=UTC), "vend", "req-1", "sentinel")
    known = {"session_id": ID, "stamp": STAMP, "user": "alice", "profile": "prod", "via": "direct", "outcome": "issued"}
    for name, value in (known | changes).items():
        setattr(line, name, value)
    return chain.seal(line)


@dataclass(frozen=True)
class Audited:
    code: int
    report: dict[str, Any]
    err: str

    @property
    def gaps(self) -> str:
        return "\n".join(self.report["not_covered"])


Audit = Callable[..., Audited]
