"""The fixtures of the benchmarks: events, settings and documents."""

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from botocore.credentials import ReadOnlyCredentials

from deploy.local.deployment import (
    ACCOUNT,
    AUTHORIZER,
    PATIENCE,
    REGION,
    UNLIMITED,
    function_settings,
    local_deployment,
)
from deploy.local.gateway.endpoints import Endpoint, EndpointKind
from deploy.local.gateway.events import Arrival, event_v2
from deploy.local.gateway.request import ReceivedRequest
from deploy.local.gateway.server import authorizer_event
from deploy.local.gateway.tokens import VerifiedToken
from deploy.local.slack.people import ROUTE, Signed
from sentinel.proof import make_proof
from shared.clock import utc_now

PROFILE: Final = "dev"
_ENDPOINT: Final = Endpoint(EndpointKind.HTTP_API, "benchmark1", ACCOUNT, REGION)
_ARRIVAL: Final = Arrival(datetime(2026, 11, 26, tzinfo=UTC), "benchmark=", "Root=1-5759e988-bd862e3fe1be46a994272793")

_POLICY: Final = {
    "version": "1",
    "rules": [
        {"name": "no-mallory", "effect": "deny", "conditions": {"users": ["mallory"]}},
        {
            "name": "no-forks",
            "effect": "deny",
            "conditions": {"issuers": ["github"], "claims": {"event_name": ["pull*"]}},
        },
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
_ISSUER: Final = {
    "version": "1",
    "issuer": "https://token.actions.githubusercontent.com",
    "audiences": ["sentinel"],
    "kind": "workload",
    "required_claims": {"repository_owner_id": ["65"]},
    "max_token_age": "12h",
}
# As many as a job's token has (GitHub documentation, "OpenID Connect reference").
_JOB: Final = {
    "iss": _ISSUER["issuer"],
    "aud": "sentinel",
    "sub": "repo:acme/shop:environment:production",
    "jti": "6f4762ed-0758-4ccb-808d-ee3af5d723a8",
    "actor": "alice",
    "actor_id": "12",
    "base_ref": "",
    "environment": "production",
    "event_name": "push",
    "head_ref": "",
    "job_workflow_ref": "acme/shop/.github/workflows/deploy.yml@refs/heads/main",
    "ref": "refs/heads/main",
    "ref_protected": "true",
    "ref_type": "branch",
    "repository": "acme/shop",
    "repository_id": "74",
    "repository_owner": "acme",
    "repository_owner_id": "65",
    "repository_visibility": "private",
    "run_attempt": "2",
    "run_id": "12345678901",
    "run_number": "10",
    "runner_environment": "github-hosted",
    "sha": "8f2c1f4e8f2c1f4e8f2c1f4e8f2c1f4e8f2c1f4e",
    "workflow": "deploy",
    "workflow_ref": "acme/shop/.github/workflows/deploy.yml@refs/heads/main",
    "workflow_sha": "8f2c1f4e8f2c1f4e8f2c1f4e8f2c1f4e8f2c1f4e",
}
_CALLER: Final = {
    "accessKey": "AKIAEXAMPLE",
    "accountId": ACCOUNT,
    "userArn": f"arn:aws:iam::{ACCOUNT}:user/alice",
}
_APPROVAL: Final = {
    "version": "1",
    "rules": [{"name": "prod", "profiles": ["prod"], "approvers": ["bob"], "chat": True}],
}
_LIFETIME_S: Final = 6 * 3600
_SIGNATURE_BYTES: Final = 256


@dataclass(slots=True)
class LambdaContext:
    """What Lambda's runtime passes with the event."""

    aws_request_id: str = "8f2c1f4e-0000-4000-8000-000000000001"
    invoked_function_arn: str = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:sentinel-vend:live"

    def get_remaining_time_in_millis(self) -> int:
        return 30_000


def vend_event() -> dict[str, Any]:
    """Return an HTTP API's event (payload 2.0) for `GET /?profile=dev`."""
    return _event(f"/?profile={PROFILE}")


def token_event() -> dict[str, Any]:
    """Return an HTTP API's event for `GET /as/github/?profile=dev`, from a job whose token is good for hours.

    Its signature is made up: API Gateway verifies it, and a function gets verified claims.
    """
    now_s = int(utc_now().timestamp())
    claims = {**_JOB, "iat": now_s, "nbf": now_s, "exp": now_s + _LIFETIME_S}
    parts = (
        _encode({"alg": "RS256", "kid": "one", "typ": "JWT"}),
        _encode(claims),
        secrets.token_bytes(_SIGNATURE_BYTES),
    )
    token = ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
    request = _request(f"/as/github/?profile={PROFILE}", ("authorization", token))
    jwt = {"claims": VerifiedToken(claims).claims_as_text, "scopes": None}
    return event_v2(_ENDPOINT, "ANY /as/github/{proxy+}", request, _ARRIVAL, {"jwt": jwt}, {"proxy": ""})


def _encode(part: Mapping[str, Any]) -> bytes:
    return json.dumps(part, separators=(",", ":")).encode()


def whoami_event() -> dict[str, Any]:
    """Return an HTTP API's event for `GET /v1/whoami`."""
    return _event("/v1/whoami")


def filing_event() -> dict[str, Any]:
    """Return an HTTP API's event for a request of alice's for `prod`."""
    body = json.dumps({"profile": "prod", "reason": "fix INC-1", "duration": "30m"}).encode()
    usual = (("host", _ENDPOINT.domain_name), ("content-type", "application/json"))
    request = ReceivedRequest("POST", "/v1/requests", usual, body, "198.51.100.7")
    return event_v2(_ENDPOINT, "POST /v1/requests", request, _ARRIVAL, {"iam": _CALLER})


def slack_event(signed: Signed) -> dict[str, Any]:
    """Return an HTTP API's event for what Slack sends now."""
    headers = [("host", _ENDPOINT.domain_name), *signed.headers.items()]
    request = ReceivedRequest("POST", ROUTE, headers, signed.body, "198.51.100.7")
    return event_v2(_ENDPOINT, f"POST {ROUTE}", request, Arrival.create(_ENDPOINT, utc_now()), None)


def _event(target: str) -> dict[str, Any]:
    request = _request(target)
    return event_v2(_ENDPOINT, f"GET {request.path}", request, _ARRIVAL, {"iam": _CALLER})


def question_event(vended: dict[str, str]) -> dict[str, Any]:
    """Return an HTTP API's event to its authorizer (payload 2.0), with a fresh proof by vended credentials."""
    keys = ReadOnlyCredentials(vended["AccessKeyId"], vended["SecretAccessKey"], vended["Token"])
    proof = make_proof(keys, api_id=_ENDPOINT.api_id, region=REGION)
    return authorizer_event(_ENDPOINT, _request("/ledger", ("authorization", proof)), _ARRIVAL)


def _request(target: str, *headers: tuple[str, str]) -> ReceivedRequest:
    usual = (("host", _ENDPOINT.domain_name), ("user-agent", "benchmark"))
    return ReceivedRequest("GET", target, [*usual, *headers], b"", "198.51.100.7")


def settings_of(function: str, url: str) -> dict[str, str]:
    """Return a function's settings, with AWS at `url` and budgets that a benchmark does not exhaust."""
    own = {"SENTINEL_ACCEPTED_PROFILES": PROFILE} if function == AUTHORIZER else UNLIMITED
    # A request's floor is computed from its calls, so each is made once: none is hedged, or repeated after a timeout.
    common = {"AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION, "SENTINEL_HEDGE_RATIO": "0", **PATIENCE}
    return {**function_settings(function, [_ENDPOINT.api_id], url), **common, **own}


def documents() -> dict[str, str]:
    """Return the parameters the account holds, by name."""
    prefix, role_arn = local_deployment().parameter_prefix, f"arn:aws:iam::{ACCOUNT}:role/sentinel/dev"
    return {
        f"{prefix}/policies/access": json.dumps(_POLICY),
        f"{prefix}/policies/approval": json.dumps(_APPROVAL),
        f"{prefix}/issuers/github": json.dumps(_ISSUER),
        **{
            f"{prefix}/profiles/{name}": json.dumps({"role_arn": role_arn, "account": ACCOUNT, "region": REGION})
            for name in (PROFILE, "prod")
        },
    }
