"""What the doctor sees of an account's secrets stays out of what it says."""

import json
from typing import cast

import pytest

from sentinel.api.transport import Transport
from sentinel.doctor.deployment import Deployment
from sentinel.doctor.examination import examine_deployment
from sentinel.doctor.findings import Status
from tests.unit.client.doctor.account import ACCESS, KNOWN, ROLE, Account, Quiet, healthy, parameter
from tests.unit.client.session_service import SessionService, a_kill_switch

PLANTED = "planted-secret"
STORED = {
    "policies": ("policies/access", ACCESS),
    "profiles": ("profiles/prod", f"role_arn: {ROLE}\nsecret_key: {PLANTED}"),
    "issuers": ("issuers/corp", f"client_secret: {PLANTED}"),
}


def account(kind: str) -> Account:
    """An account whose functions and documents hold a secret, and whose functions lack a setting."""
    found = healthy()
    identity = {"Arn": f"arn:aws:iam::{KNOWN.account}:user/me", "Account": KNOWN.account}
    variables = {"SENTINEL_API_ID": "x", "DATABASE_PASSWORD": PLANTED}
    found.answers |= {
        "get_caller_identity": identity,
        "get_function_configuration": {"State": "Active", "Environment": {"Variables": variables}},
        "get_parameters_by_path": lambda asked: [
            parameter(*each, kind=kind) for folder, each in STORED.items() if asked["Path"].endswith(f"/{folder}")
        ],
    }
    return found


@pytest.mark.parametrize("kind", ["String", "SecureString"])
async def test_no_finding_repeats_a_secret_of_the_account(kind: str) -> None:
    service = SessionService()
    service.answer("GET", "/v1/kill-switch", {"kill_switch": a_kill_switch(status="unchanged")})
    found = await examine_deployment(cast("Transport", service), account(kind).aws, Deployment("sentinel"), Quiet())
    complaints = {finding.about for finding in found if finding.status is Status.FAIL}
    assert {"function sentinel-vend", "document profiles/prod", "document issuers/corp"} <= complaints
    assert PLANTED not in json.dumps([finding.as_json() for finding in found])
    assert PLANTED not in repr(found)
