"""The name and the settings of each of the stack's functions. The execution role has the function's name."""

from collections.abc import Mapping, Sequence
from typing import Final

from deploy.local.deployment import ACCOUNT, SENSITIVE_PROFILES, SENSITIVE_ROLE, SSO_ROLE, local_deployment
from deploy.local.gateway.endpoints import ADMIN, AUTHORIZER, SENSITIVE, VEND

# An emulator on a busy machine is slower than AWS, so these are the largest values the settings allow.
PATIENCE: Final = {"SENTINEL_CALL_TIMEOUT": "10", "SENTINEL_DEADLINE": "25"}
# Every rate limit of vend and admin, for tests and load in which a few callers send the requests of many.
UNLIMITED: Final = {f"SENTINEL_{budget}_BUDGET": "10000" for budget in ("VEND", "ADMIN", "READ")}


def function_names() -> Mapping[str, str]:
    """Return the functions' deployed names."""
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
