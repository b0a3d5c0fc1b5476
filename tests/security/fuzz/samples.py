"""One valid document of each kind, with every key a schema knows: where fuzzing and mutations begin."""

from typing import Any, Final

_ACCOUNT: Final = "111122223333"
_WINDOW: Final[dict[str, Any]] = {
    "days": ["monday", "friday"],
    "hours": {"start": "22:00", "end": "06:00"},
    "timezone": "Europe/Berlin",
}
_SESSION_POLICY: Final[dict[str, Any]] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": ["*"]}],
}
SAMPLES: Final[dict[str, dict[str, Any]]] = {
    "access": {
        "version": "1",
        "rules": [
            {
                "name": "everything",
                "effect": "require_approval",
                "conditions": {
                    "profiles": ["dev", "prod-*"],
                    "users": ["alice", "role/ci-*"],
                    "accounts": [_ACCOUNT],
                    "roles": ["Dev*"],
                    "source_ips": ["10.0.0.0/8", "2001:db8::/32", "192.0.2.7"],
                    "mode": ["server"],
                    "time": _WINDOW,
                },
                "reason": "Development, and only at night",
                "max_duration": "1h",
                "break_glass": False,
                "session_policy": _SESSION_POLICY,
                "shadow": True,
            },
            {"name": "nobody", "effect": "deny", "conditions": {}},  # codespell:ignore
        ],
    },
    "approval": {
        "version": "1",
        "rules": [
            {
                "name": "vault",
                "profiles": ["vault"],
                "approvers": ["bob", "carol*"],
                "quorum": 2,
                "max_duration": "2h",
                "pending_ttl": 3600,
                "uses": "once",
                "ticket": "INC-\\d+",
                "auto_approve": {"users": ["trusty"], "time": _WINDOW, "max_duration": "30m"},
            },
        ],
    },
    "break-glass": {
        "version": "1",
        "rules": [
            {
                "name": "on-call",
                "users": ["alice*"],
                "profiles": ["prod"],
                "reasons": ["incident", "security"],
                "time": _WINDOW,
                "max_duration": "1h",
                "cooldown": "2h",
                "budget": {"per_user": 2, "per_profile": 3, "window": "24h"},
                "require_review": True,
            },
        ],
    },
    "admin": {
        "version": "1",
        "rules": [
            {"name": "wardens", "users": ["walt"], "permissions": ["read", "lock", "revoke", "review"]},
            {"name": "pager", "users": ["role/pager"], "permissions": ["groups"], "may_push": ["*-oncall"]},
        ],
    },
    "group": {"version": "1", "members": ["carol@example.com", "role/ci"]},
    "profile": {
        "role_arn": f"arn:aws:iam::{_ACCOUNT}:role/sentinel/Dev",
        "account": _ACCOUNT,
        "region": "eu-central-1",
        "description": "Development",
        "max_duration": "45m",
        "session_policy": _SESSION_POLICY,
        "enabled": True,
    },
    "ticket-lookup": {
        "url": "https://tickets.example.com/issue/{ticket}?x=1",
        "field": "fields.status.name",
        "values": ["Open", "In Progress"],
        "header": {"name": "Authorization", "value": "Basic 0123456789abcdef"},
        "allow_private": False,
        "enabled": True,
    },
    "webhook": {
        "url": "https://hooks.example.com/sentinel?x=1",
        "format": "sentinel",
        "secret": "0123456789abcdef0123456789abcdef",
        "events": ["request.*", "break_glass.started"],
        "allow_private": False,
        "enabled": True,
    },
}
