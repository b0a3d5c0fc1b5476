"""The policies and profiles of the account in which things fail."""

from collections.abc import Mapping
from typing import Final

from tests.gateway_events import ACCOUNT

PROFILES: Final = ("dev", "prod", "once", "emergency")
DOCUMENTS: Final[Mapping[str, object]] = {
    "policies/access": {
        "version": "1",
        "rules": [
            {"name": "dev", "effect": "allow", "conditions": {"profiles": ["dev"]}},
            {"name": "asks", "effect": "require_approval", "conditions": {"profiles": ["prod", "once", "emergency"]}},
        ],
    },
    "policies/approval": {
        "version": "1",
        "rules": [
            {"name": "once", "profiles": ["once"], "approvers": ["bob"], "uses": "once"},
            {"name": "prod", "profiles": ["prod"], "approvers": ["bob"]},
        ],
    },
    "policies/break-glass": {
        "version": "1",
        "rules": [
            {
                "name": "on-call",
                "users": ["alice"],
                "profiles": ["emergency"],
                "reasons": ["incident"],
                "require_review": True,
                "budget": {"per_user": 3, "per_profile": 5, "window": "24h"},
            },
        ],
    },
    "policies/admin": {
        "version": "1",
        "rules": [{"name": "security", "users": ["sam"], "permissions": ["read", "revoke", "lock", "review"]}],
    },
    **{f"profiles/{name}": {"role_arn": f"arn:aws:iam::{ACCOUNT}:role/sentinel/{name}"} for name in PROFILES},
}
