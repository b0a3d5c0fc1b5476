"""Documents for the tests of approvals and break-glass: one profile for each way a rule can be."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from deploy.local.aws import LocalAws
from deploy.local.deployment import local_deployment

APPROVERS = ["bob", "carol@example.com"]
# A request for staging-hasty lapses a second after it is filed.
APPROVALS: Mapping[str, Mapping[str, Any]] = {
    "staging": {},
    "staging-once": {"uses": "once"},
    "staging-two": {"quorum": 2},
    "staging-hasty": {"pending_ttl": "1s"},
}
BREAK_GLASS: Mapping[str, Mapping[str, Any]] = {
    "prod": {"require_review": True},
    "prod-scarce": {"budget": {"per_user": 3, "window": "24h"}},
}
# The profile of a group that the operator pushes.
ON_CALL: Final = "oncall"


async def push_documents(aws: LocalAws) -> None:
    """Replace what the stack was seeded with."""
    prefix = local_deployment().parameter_prefix
    async with aws.client("ssm") as ssm:
        for name, document in _documents():
            await ssm.put_parameter(Name=f"{prefix}/{name}", Value=json.dumps(document), Type="String", Overwrite=True)


def _documents() -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield "policies/access", _policy(_ask_first(), _closed(), _on_call())
    yield "policies/admin", _policy(_operator())
    yield "policies/approval", _policy(*(_approval_rule(*item) for item in APPROVALS.items()), _approval_rule("prod*"))
    yield "policies/break-glass", _policy(*(_break_glass_rule(*item) for item in BREAK_GLASS.items()))
    for profiles, role in ((APPROVALS, "staging"), (BREAK_GLASS, "prod"), ([ON_CALL], "staging")):
        for profile in profiles:
            yield (
                f"profiles/{profile}",
                {"role_arn": local_deployment().role_arn(role, local_deployment().protected_path)},
            )


def _policy(*rules: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"version": "1", "rules": rules}


def _ask_first() -> Mapping[str, Any]:
    return {"name": "ask-first", "effect": "require_approval", "conditions": {"profiles": ["staging*"]}}


def _closed() -> Mapping[str, Any]:
    return {"name": "closed", "effect": "deny", "conditions": {"profiles": ["prod*"]}, "break_glass": True}


def _on_call() -> Mapping[str, Any]:
    return {"name": "on-call", "effect": "allow", "conditions": {"profiles": [ON_CALL], "groups": ["staging-oncall"]}}


def _operator() -> Mapping[str, Any]:
    permissions = ["read", "revoke", "lock", "review", "groups"]
    return {"name": "the-operator", "users": ["operator"], "permissions": permissions, "may_push": ["*-oncall"]}


def _approval_rule(profile: str, more: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
    name = profile.replace("*", "-any")
    return {"name": name, "profiles": [profile], "approvers": APPROVERS, **(more or {})}


def _break_glass_rule(profile: str, more: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"name": profile, "users": ["*"], "profiles": [profile], "reasons": ["incident"], **more}
