"""The local stack's deployment: its account, its region and the names that the policies are built from."""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from deploy.local.strict import StrictContext, read_context
from deploy.policies.deployment import Deployment

ACCOUNT: Final = "111122223333"
REGION: Final = "eu-central-1"
SSO_ROLE: Final = "AWSReservedSSO_Developers_0123456789abcdef"
CI_ROLE: Final = "ci-deploy"
SENSITIVE_ROLE: Final = "demo-sensitive-api"
# The profiles whose sessions the sensitive API accepts.
SENSITIVE_PROFILES: Final = ("staging", "prod")
PROTECTED: Final = ("dev", "staging", "prod")
_TABLES: Final = Path(__file__).parents[1] / "definitions" / "tables.json"


@cache
def table_definitions() -> dict[str, dict[str, Any]]:
    """Read the tables' definitions, by their contents."""
    definitions: dict[str, dict[str, Any]] = json.loads(_TABLES.read_text(encoding="utf-8"))
    return definitions


def local_deployment() -> Deployment:
    """Return the local deployment."""
    tables = table_definitions()
    return Deployment("aws", REGION, ACCOUNT, *(tables[which]["name"] for which in ("session", "grant", "budget")))


def strict_context() -> StrictContext:
    """Return what the strict AWS check needs to know about the local deployment."""
    deployment = local_deployment()
    protected = frozenset(deployment.role_arn(profile, deployment.protected_path) for profile in PROTECTED)
    return read_context(table_definitions(), vend_role_arn=deployment.vend_role_arn, protected_roles=protected)


def demo_table(profile: str) -> str:
    """Return the name of the table that a protected role may use."""
    return f"demo-notes-{profile}"


def demo_bucket(profile: str) -> str:
    """Return the name of the bucket that a protected role may use."""
    return f"sentinel-demo-{ACCOUNT}-{profile}"
