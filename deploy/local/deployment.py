"""The local stack's deployment: its account, its region, its names, and the settings of its functions."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from deploy.local.strict import StrictContext, read_context
from deploy.policies.deployment import Deployment, table_definitions
from deploy.policies.follow_up import FOLLOW_UP_EVENT, INTERVAL
from deploy.policies.groups import SYNC_EVENT, GroupSync
from deploy.policies.settings import admin_environment, authorizer_environment, vend_environment

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
# Where `sentinel ui --port 9912` serves the console, for each person by their own.
CONSOLE_PORT: Final = 9912
# From group documents; the emulator has no Identity Center.
GROUP_SYNC: Final = GroupSync(interval=5)
# The events that invoke the admin function, and how often.
SCHEDULES: Final[Mapping[str, timedelta]] = {
    SYNC_EVENT: timedelta(minutes=GROUP_SYNC.interval),
    FOLLOW_UP_EVENT: INTERVAL,
}
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


def function_settings(
    function: str, api_ids: Sequence[str], endpoint: str, console: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return a function's settings as the CDK sets them: the APIs it accepts events from, and AWS's endpoint.

    `console` is the setting of a hosted console by its name.
    """
    deployment = local_deployment()
    # Lambda's emulator runs functions in an account of its own, and callers have the same names there.
    names = {"trusted_accounts": ACCOUNT, "shared_name_accounts": ACCOUNT, "sso_roles": SSO_ROLE}
    console_url = {"console_url": f"http://127.0.0.1:{CONSOLE_PORT}"}
    chosen = {**names, **console_url, **GROUP_SYNC.settings, **(console or {})}
    accepts = {"api_id": ",".join(api_ids), "accepted_profiles": ",".join(SENSITIVE_PROFILES)}
    by_function = {
        VEND: vend_environment(deployment, api_ids, chosen),
        ADMIN: admin_environment(deployment, api_ids, chosen, topic=deployment.topic_arn, switches=[ACCOUNT]),
        AUTHORIZER: authorizer_environment(deployment, {}, accepts),
    }
    return {"AWS_ENDPOINT_URL": endpoint, **by_function[function]} if function in by_function else {}
