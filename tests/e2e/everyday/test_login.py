"""A person without AWS credentials: `sentinel login`, and then every command that asks Sentinel."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from deploy.local.stack import LocalStack
from tests.e2e.everyday.people import Person

pytestmark = pytest.mark.asyncio(loop_scope="module")
BROWSER = """
import ssl, sys, urllib.request
trusted = ssl.create_default_context(cafile=sys.argv[1])
urllib.request.urlopen(f"{sys.argv[2]}&login_hint=carol", context=trusted).read()
"""
ID = "0123456789abcdef"


@pytest.fixture
def carol(stack: LocalStack, people: Mapping[str, Person], tmp_path: Path) -> Person:
    """Carol, at a machine that has no AWS credentials of hers, with a browser in which she is logged in."""
    alice, home = people["alice"], tmp_path / "carol"
    home.mkdir()
    browser = tmp_path / "browser.py"
    browser.write_text(BROWSER, encoding="utf-8")
    opening = f"{sys.executable} {browser} {stack.identity.authority_file} %s"
    own = {name: value for name, value in alice.environment.items() if name != "AWS_PROFILE"}
    return Person("carol", home, {**own, **stack.login_environment, "HOME": str(home), "BROWSER": opening})


async def test_every_command_that_asks_sentinel_works_with_a_login_alone(
    carol: Person, people: Mapping[str, Person], stack: LocalStack
) -> None:
    assert "sentinel login" in (await carol.types("sentinel exec dev -- true")).err
    assert "logged in as carol@example.com" in (await carol.succeeds("sentinel login")).err

    assert json.loads((await carol.succeeds("sentinel whoami --json")).out)["groups"] == ["platform"]
    assert "staging" in (await carol.succeeds("sentinel profiles")).out
    assert "assumed-role/dev" in (await carol.succeeds("sentinel exec dev -- aws sts get-caller-identity")).out
    for command in (
        "sentinel credentials dev",
        "sentinel env dev --format json",
        "sentinel doctor",
        "sentinel cache list",
    ):
        await carol.succeeds(command)
    await carol.succeeds("sentinel configure dev")
    assert "assumed-role/dev" in (await carol.succeeds("aws sts get-caller-identity", AWS_PROFILE="dev")).out

    asked = await people["alice"].succeeds("sentinel request create staging --reason 'deploy 1.4' --json")
    request_id = json.loads(asked.out)["id"]
    assert request_id in (await carol.succeeds("sentinel request list --view approvable --json")).out
    await carol.succeeds(f"sentinel request approve {request_id}")
    own = await carol.succeeds("sentinel request create staging --reason 'deploy 1.4' --json")
    request_id = json.loads(own.out)["id"]
    await people["bob"].succeeds(f"sentinel request approve {request_id}")
    api = f"--api {stack.sensitive_endpoint.api_id} {stack.sensitive_api}"
    await carol.succeeds(f"sentinel curl --profile staging {api}")
    await carol.succeeds(f"sentinel request cancel {request_id}")

    sessions = json.loads((await carol.succeeds("sentinel session list --json")).out)["sessions"]
    await carol.succeeds(f"sentinel session show {sessions[0]['id']}")
    await carol.succeeds("sentinel break-glass list")

    await carol.succeeds("sentinel logout")
    assert "sentinel login" in (await carol.types("sentinel whoami")).err


@pytest.mark.parametrize(
    "command",
    [
        "sentinel lock create --user bob --reason 'a test'",
        "sentinel lock lift --user bob",
        f"sentinel session revoke {ID} --reason 'a test'",
        f"sentinel break-glass review {ID} --comment 'a test'",
        "sentinel kill-switch status",
    ],
)
async def test_what_carol_may_not_is_refused_by_sentinel_and_not_by_the_command(carol: Person, command: str) -> None:
    await carol.succeeds("sentinel login")
    refused = await carol.types(command)
    assert refused.code == 1
    assert "request " in refused.err, refused.err
    assert "AWS credentials" not in refused.err
