"""The fixtures of the benchmarks: events, settings and documents."""

import json
from dataclasses import dataclass
from typing import Any, Final

from deploy.local.deployment import ACCOUNT, REGION, local_deployment

API_ID: Final = "benchmark1"
PROFILE: Final = "dev"
ROLE_ARN: Final = f"arn:aws:iam::{ACCOUNT}:role/sentinel/dev"
POLICY: Final = {
    "version": "1",
    "rules": [
        {"name": "no-mallory", "effect": "deny", "conditions": {"users": ["mallory"]}},
        {"name": "prod", "effect": "require_approval", "conditions": {"profiles": ["prod", "prod-*"]}},
        {
            "name": "dev",
            "effect": "allow",
            "conditions": {
                "profiles": ["dev", "sandbox-*"],
                "source_ips": ["198.51.100.0/24"],
                "time": {"hours": {"start": "00:00", "end": "24:00"}, "timezone": "Europe/Berlin"},
            },
            "max_duration": "1h",
        },
    ],
}


@dataclass(slots=True)
class LambdaContext:
    """What Lambda's runtime passes with the event."""

    aws_request_id: str = "8f2c1f4e-0000-4000-8000-000000000001"
    invoked_function_arn: str = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:sentinel-vend:live"

    def get_remaining_time_in_millis(self) -> int:
        return 30_000


def vend_event() -> dict[str, Any]:
    """Return an HTTP API's event (payload 2.0) for `GET /?profile=dev`."""
    return _event("/", f"profile={PROFILE}")


def whoami_event() -> dict[str, Any]:
    """Return an HTTP API's event for `GET /v1/whoami`."""
    return _event("/v1/whoami", "")


def _event(path: str, query: str) -> dict[str, Any]:
    caller = {"accessKey": "AKIAEXAMPLE", "accountId": ACCOUNT, "userArn": f"arn:aws:iam::{ACCOUNT}:user/alice"}
    return {
        "version": "2.0",
        "routeKey": f"GET {path}",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"host": f"{API_ID}.execute-api.{REGION}.amazonaws.com"},
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": API_ID,
            "authorizer": {"iam": caller},
            "http": {
                "method": "GET",
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "198.51.100.7",
                "userAgent": "benchmark",
            },
            "requestId": "benchmark=",
            "stage": "$default",
        },
        "isBase64Encoded": False,
    }


def vend_environment() -> dict[str, str]:
    """Return a vend function's settings, with a budget that a benchmark does not exhaust."""
    return {**_deciding_environment(), "SENTINEL_VEND_BUDGET": "10000"}


def admin_environment() -> dict[str, str]:
    """Return an admin function's settings: it publishes to a topic, and writes the kill switch of one account."""
    deployment = local_deployment()
    return {
        **_deciding_environment(),
        "SENTINEL_TOPIC_ARN": deployment.topic_arn,
        "SENTINEL_KILL_SWITCH_POLICIES": deployment.account,
    }


def authorizer_environment(url: str) -> dict[str, str]:
    """Return an authorizer's settings; STS verifies proofs at `url`."""
    return {**_environment(), "AWS_ENDPOINT_URL": url, "SENTINEL_ACCEPTED_PROFILES": PROFILE}


def _deciding_environment() -> dict[str, str]:
    """Return the settings that vend and admin share."""
    deployment = local_deployment()
    return {
        **_environment(),
        "SENTINEL_BUDGET_TABLE": deployment.budget_table,
        "SENTINEL_PARAMETER_PREFIX": deployment.parameter_prefix,
        "SENTINEL_TRUSTED_ACCOUNTS": ACCOUNT,
    }


def _environment() -> dict[str, str]:
    deployment = local_deployment()
    return {
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "SENTINEL_API_ID": API_ID,
        # A request's floor is computed from its calls, so each is made once.
        "SENTINEL_HEDGE_RATIO": "0",
        "SENTINEL_SESSION_TABLE": deployment.session_table,
        "SENTINEL_GRANT_TABLE": deployment.grant_table,
    }


def documents() -> dict[str, str]:
    """Return the parameters the account holds, by name."""
    prefix = local_deployment().parameter_prefix
    return {
        f"{prefix}/policies/access": json.dumps(POLICY),
        f"{prefix}/profiles/{PROFILE}": json.dumps({"role_arn": ROLE_ARN, "account": ACCOUNT, "region": REGION}),
    }
