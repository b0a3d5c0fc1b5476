"""The local stack's deployment: its account, its region, its names, and the settings of its functions."""

from collections.abc import Mapping, Sequence
from typing import Final

from deploy.local.strict import StrictContext, read_context
from deploy.policies.deployment import Deployment, table_definitions

VEND: Final = "vend"
ADMIN: Final = "admin"
AUTHORIZER: Final = "authorizer"
SENSITIVE: Final = "sensitive-api"
ACCOUNT: Final = "111122223333"
REGION: Final = "eu-central-1"
SSO_ROLE: Final = "AWSReservedSSO_Developers_0123456789abcdef"
CI_ROLE: Final = "ci-deploy"
SENSITIVE_ROLE: Final = "demo-sensitive-api"
# The profiles whose sessions the sensitive API accepts.
SENSITIVE_PROFILES: Final = ("staging", "prod")
PROTECTED: Final = ("dev", "staging", "prod")
# An emulator on a busy machine is slower than AWS, so these are the largest values the settings allow.
PATIENCE: Final = {"SENTINEL_CALL_TIMEOUT": "10", "SENTINEL_DEADLINE": "25"}
# Every rate limit of vend and admin, for tests and load in which a few callers send the requests of many.
UNLIMITED: Final = {f"SENTINEL_{budget}_BUDGET": "10000" for budget in ("VEND", "ADMIN", "READ")}


def local_deployment() -> Deployment:
    """Return the local deployment."""
    return Deployment.named("sentinel", "aws", REGION, ACCOUNT)


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


def function_names() -> Mapping[str, str]:
    """Return the functions' deployed names, which are their execution roles' too."""
    deployment = local_deployment()
    return {
        VEND: deployment.vend_role,
        ADMIN: deployment.admin_role,
        AUTHORIZER: deployment.authorizer_role,
        SENSITIVE: SENSITIVE_ROLE,
    }


def function_settings(function: str, api_ids: Sequence[str], endpoint: str) -> dict[str, str]:
    """Return a function's settings: the APIs it accepts events from, and AWS's endpoint."""
    deployment = local_deployment()
    common = {
        "AWS_ENDPOINT_URL": endpoint,
        "SENTINEL_API_ID": ",".join(api_ids),
        "SENTINEL_DEPLOYMENT": deployment.name,
        "SENTINEL_SESSION_TABLE": deployment.session_table,
        "SENTINEL_GRANT_TABLE": deployment.grant_table,
    }
    documented = {
        "SENTINEL_BUDGET_TABLE": deployment.budget_table,
        "SENTINEL_PARAMETER_PREFIX": deployment.parameter_prefix,
        "SENTINEL_TRUSTED_ACCOUNTS": ACCOUNT,
        "SENTINEL_SSO_ROLES": SSO_ROLE,
    }
    events = {
        "SENTINEL_TOPIC_ARN": deployment.topic_arn,
        "SENTINEL_KILL_SWITCH_POLICIES": deployment.account,
        "SENTINEL_PROTECTED_PATH": deployment.protected_path,
    }
    by_function = {
        VEND: common | documented,
        ADMIN: common | documented | events,
        AUTHORIZER: common | {"SENTINEL_ACCEPTED_PROFILES": ",".join(SENSITIVE_PROFILES)},
    }
    return by_function.get(function, {})
