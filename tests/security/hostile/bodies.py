"""One body the admin API takes, for each call that takes one."""

from typing import Any, Final

_REMARK: Final[list[dict[str, Any]]] = [{"comment": "go ahead"}, {}]
BODIES: Final[dict[str, list[dict[str, Any]]]] = {
    "file_request": [
        {"profile": "prod", "reason": "fix INC-1", "duration": "1h"},
        {"profile": "vault", "reason": "fix INC-1", "ticket": "INC-1", "starts_at": "2026-11-24T13:00:00Z"},
    ],
    "approve_request": _REMARK,
    "deny_request": _REMARK,
    "cancel_request": _REMARK,
    "begin_break_glass": [
        {"profile": "prod", "reason": "incident", "justification": "the payment service is down", "duration": "1h"},
    ],
    "close_break_glass": _REMARK,
    "review_break_glass": _REMARK,
    "explain": [
        {"profile": "dev", "user": "bob", "at": "2026-11-24T12:00:00Z", "account": "111122223333"},
        {"profile": "dev", "role": "Developers", "source_ip": "192.0.2.7"},
    ],
    "revoke_session": [{"reason": "laptop stolen", "lock_for": "1h"}],
    "revoke_many": [{"user": "alice", "reason": "laptop stolen"}, {"all": True, "reason": "drill", "lock_for": "1h"}],
    "lock": [{"user": "alice", "reason": "laptop stolen", "duration": "1h"}, {"profile": "dev", "reason": "drill"}],
}
