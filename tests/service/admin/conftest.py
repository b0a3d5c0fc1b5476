"""An account with people, three profiles, and a policy for everything."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from tests.gateway_events import ACCOUNT
from tests.service.admin.function import AdminLambda, Clock, open_admin
from tests.service.emulator import aws, function_settings, make_tables
from tests.service.moto_state import copy_tables, keep_parameter

REGION = "eu-central-1"
ACCESS: dict[str, Any] = {
    "version": "1",
    "rules": [
        {"name": "no-mallory", "effect": "deny", "conditions": {"users": ["mallory"]}, "reason": "left the company"},
        {"name": "dev", "effect": "allow", "conditions": {"profiles": ["dev"]}},
        {"name": "prod", "effect": "require_approval", "conditions": {"profiles": ["prod", "vault", "once"]}},
    ],
}
APPROVAL: dict[str, Any] = {
    "version": "1",
    "rules": [
        {
            "name": "vault",
            "profiles": ["vault"],
            "approvers": ["bob", "carol*", "dave"],
            "quorum": 2,
            "ticket": "INC-\\d+",
        },
        {"name": "once", "profiles": ["once"], "approvers": ["bob", "carol*"], "uses": "once"},
        {
            "name": "prod",
            "profiles": ["prod"],
            "approvers": ["bob", "carol*", "alice*"],
            "max_duration": "2h",
            "auto_approve": {"users": ["trusty"], "max_duration": "30m"},
        },
        {"name": "selfish", "profiles": ["selfish"], "approvers": ["alice"]},
    ],
}
BREAK_GLASS: dict[str, Any] = {
    "version": "1",
    "rules": [
        {
            "name": "on-call",
            "users": ["alice*", "role/*"],
            "profiles": ["prod", "unruled"],
            "reasons": ["incident", "security"],
            "require_review": True,
        },
        {
            "name": "counted",
            "users": ["erin", "frank"],
            "profiles": ["prod"],
            "reasons": ["incident"],
            "budget": {"per_user": 2, "per_profile": 3, "window": "24h"},
        },
        {"name": "cool", "users": ["grace"], "profiles": ["prod"], "reasons": ["incident"], "cooldown": "2h"},
        {
            "name": "nights",
            "users": ["heidi"],
            "profiles": ["prod"],
            "reasons": ["incident"],
            "time": {"hours": {"start": "22:00", "end": "06:00"}},
        },
    ],
}
ADMIN: dict[str, Any] = {
    "version": "1",
    "rules": [
        {"name": "auditors", "users": ["olivia"], "permissions": ["read"]},
        {"name": "security", "users": ["sam"], "permissions": ["revoke"]},
        {"name": "wardens", "users": ["walt", "wanda"], "permissions": ["lock", "revoke"]},
        {"name": "reviewers", "users": ["rita"], "permissions": ["review"]},
    ],
}
DOCUMENTS = {
    "policies/access": ACCESS,
    "policies/approval": APPROVAL,
    "policies/break-glass": BREAK_GLASS,
    "policies/admin": ADMIN,
    **{
        f"profiles/{name}": {"role_arn": f"arn:aws:iam::{ACCOUNT}:role/sentinel/{name}"}
        for name in ("dev", "prod", "vault", "once", "unruled", "selfish")
    },
}


def put_parameter(name: str, value: str) -> None:
    """Store a document by a request, as the emulator that the environment names takes it."""
    aws("ssm").put_parameter(Name=name, Value=value, Type="String")


def furnish() -> None:
    """Make tables and documents in the emulator the environment points at, by requests."""
    make_tables()
    _store(put_parameter)


def furnish_moto() -> None:
    """Make tables and documents in moto, which runs in this process."""
    copy_tables()
    _store(keep_parameter)


def _store(store: Callable[[str, str], None]) -> None:
    for name, document in DOCUMENTS.items():
        store(f"/sentinel/{name}", json.dumps(document))


@pytest.fixture
def environment() -> dict[str, str]:
    return function_settings() | {"SENTINEL_ADMIN_BUDGET": "1000"}


@pytest.fixture
def admin(aws_url: str, environment: dict[str, str]) -> Iterator[AdminLambda]:  # noqa: ARG001 - the emulator's address is in the environment
    furnish_moto()
    function = open_admin(environment, Clock(), aws)
    with closing(function.app):
        yield function
