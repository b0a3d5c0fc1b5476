"""What people have in other tools for this job, each as a scenario that has to work here.

The peers: Granted, aws-vault, aws-sso-cli, leapp; SSO Elevator and TEAM for requests. A web console and groups are not
in the table: Sentinel has neither yet.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from tests.e2e.everyday.people import Person

pytestmark = pytest.mark.asyncio(loop_scope="module")
WHO = "aws sts get-caller-identity --query Arn --output text"


@dataclass(frozen=True, slots=True)
class Scenario:
    """What alice types, and what has to be in what it prints."""

    feature: str
    script: str
    prints: str

    def __str__(self) -> str:
        return self.feature


SCENARIOS = [
    Scenario("a command with credentials", f"sentinel exec dev -- {WHO}", "assumed-role/dev/"),
    Scenario("exported variables in this shell", f'eval "$(sentinel env dev)"\n{WHO}', "assumed-role/dev/"),
    Scenario(
        "variables that can be removed again",
        f'eval "$(sentinel env dev)"\neval "$(sentinel env --unset)"\n{WHO}',
        "user/alice",
    ),
    Scenario("an env file for containers", "sentinel env dev --format docker", "AWS_SESSION_TOKEN="),
    Scenario("a dotenv file", "sentinel env dev --format dotenv > .env\n. ./.env\necho $AWS_ACCESS_KEY_ID", "ASIA"),
    Scenario("fish", "sentinel env dev --format fish", "set --global --export AWS_ACCESS_KEY_ID '"),
    Scenario("PowerShell", "sentinel env dev --format powershell", "$Env:AWS_ACCESS_KEY_ID = '"),
    Scenario("cmd.exe", "sentinel env dev --format cmd", 'set "AWS_ACCESS_KEY_ID='),
    Scenario("JSON for programs", "sentinel env dev --format json | python -m json.tool", '"AWS_SECRET_ACCESS_KEY"'),
    Scenario("credential_process", f"sentinel configure dev\nAWS_PROFILE=dev {WHO}", "assumed-role/dev/"),
    Scenario("profiles under other names", f"sentinel configure --prefix s- dev\nAWS_PROFILE=s-dev {WHO}", "role/dev/"),
    Scenario(
        "a team's settings and profiles for each laptop",
        """
        printf '%s = "%s"\\n' version 1 name Corp prefix team- remote_server https://sentinel.example > team.toml
        printf '[profiles.dev]\\nregion = "eu-west-3"\\n' >> team.toml
        sentinel setup --yes --accept-server https://sentinel.example team.toml 2>&1
        aws configure get region --profile team-dev
        sentinel setup --remove --yes
        """,
        "eu-west-3",
    ),
    Scenario(
        "a local endpoint that refreshes",
        f"""
        sentinel serve dev > endpoint & trap "kill $!" EXIT
        until grep -q AWS_CONTAINER_AUTHORIZATION_TOKEN endpoint; do :; done
        unset AWS_PROFILE; . ./endpoint
        {WHO}
        """,
        "assumed-role/dev/",
    ),
    Scenario(
        "completion of commands",
        "COMP_WORDS='sentinel req' COMP_CWORD=1 _SENTINEL_COMPLETE=bash_complete sentinel",
        "plain,request",
    ),
    Scenario(
        "completion of profiles",
        """
        eval "$(sentinel completion bash)"
        export COMP_WORDS='sentinel exec d' COMP_CWORD=2
        # A process in the background lists the names for the first key stroke.
        until _SENTINEL_COMPLETE=bash_complete sentinel | grep plain,dev; do :; done
        """,
        "plain,dev",
    ),
    Scenario("a cache, listed", "sentinel credentials dev > credentials\nsentinel cache list", "dev"),
    Scenario(
        "a cache, emptied",
        """
        sentinel credentials dev > first
        sentinel cache clear
        sentinel credentials dev > second
        cmp -s first second || echo another session
        """,
        "another session",
    ),
    Scenario("a directory of what one may have", "sentinel profiles", "staging"),
    Scenario("who am I", "sentinel whoami", "alice"),
    Scenario("a mistyped command", "sentinel exce dev -- true 2>&1 || true", "exec"),
    Scenario(
        "a request, seen by its owner and taken back by the beginning of its id",
        """
        sentinel request create staging --reason "look at the logs" --json > request
        id=$(python -c 'import json; print(json.load(open("request"))["id"])')
        sentinel request list
        sentinel request cancel "${id:0:5}"
        """,
        "cancelled",
    ),
    Scenario("one's sessions", f"sentinel exec dev -- {WHO}\nsentinel session list", "active"),
    Scenario("a policy's answer, explained", "sentinel policy --help", "explain"),
]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
async def test_what_peers_offer(people: Mapping[str, Person], scenario: Scenario) -> None:
    done = await people["alice"].succeeds(scenario.script)
    assert scenario.prints in done.out
