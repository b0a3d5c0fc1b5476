"""Whose credentials boto3 ends up with, where the user's own are near: the vended ones, or none."""

import asyncio
import json
import sys

import pytest

from tests.e2e.client.fake_grants import a_request
from tests.e2e.client.fake_service import ALICE, FakeService, Machine

BOTO3 = """
import boto3, json
credentials = boto3.Session().get_credentials()
arn = boto3.client("sts").get_caller_identity()["Arn"]
print(json.dumps([credentials.method, arn, boto3.Session().region_name]))
"""
ARN = "arn:aws:sts::111122223333:assumed-role/dev/ASIAVENDED{:010d}"


async def test_boto3_gets_the_vended_credentials_although_the_users_own_keys_are_in_its_default_profile(
    user: Machine, service: FakeService
) -> None:
    done = await user.sentinel("exec", "dev", "--", sys.executable, "-c", BOTO3)
    assert done.code == 0, done.err
    assert json.loads(done.out) == ["container-role", ARN.format(1), "eu-west-3"]
    assert service.vends == ["dev"]


async def test_a_named_profile_does_not_silently_run_as_another(user: Machine) -> None:
    with (user.home / ".aws/config").open("a") as config:
        config.write("[profile prod]\nregion = eu-west-1\n")
    done = await user.sentinel(
        "exec", "dev", "--", sys.executable, "-c", "import boto3; boto3.Session(profile_name='prod').get_credentials()"
    )
    assert "ProfileNotFound" in done.err


async def test_boto3_reads_the_blocks_that_configure_wrote(user: Machine, service: FakeService) -> None:
    await user.sentinel("configure", "dev")
    ask = "import boto3; print(boto3.Session().get_credentials().get_frozen_credentials().access_key)"
    named = ask.replace("Session()", "Session(profile_name='dev')")
    # By name, and as README says it; a tool started from a desktop has a short PATH.
    for line, more in ((named, {}), (ask, {"AWS_PROFILE": "dev"}), (named, {"PATH": "/usr/bin:/bin"})):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", line, env={**user.environ, **more}, stdout=-1, stderr=-1
        )
        out, err = await process.communicate()
        assert out == b"ASIAVENDED0000000001\n", err
    assert service.vends == ["dev"]


@pytest.mark.parametrize(
    "command",
    [
        ["exec", "dev", "--", "true"],
        ["credentials", "dev"],
        ["curl", "--profile", "dev", "--api", "abc123", "--region", "eu-central-1", "http://127.0.0.1:9/"],
        ["request", "cancel", "0" * 16],
        ["doctor"],
    ],
    ids=lambda command: command[0],
)
async def test_a_command_finds_the_users_own_credentials_once(
    user: Machine, service: FakeService, command: list[str]
) -> None:
    await user.sentinel("credentials", "staging")  # something is kept, for `cancel` to ask about
    service.grants.requests["0" * 16] = a_request(0)
    program = user.home / "own-credentials"
    answer = {"Version": 1, "AccessKeyId": ALICE[0], "SecretAccessKey": ALICE[1]}
    program.write_text(f"#!/bin/sh\necho called >>{user.home}/calls\necho '{json.dumps(answer)}'\n")
    program.chmod(0o755)
    (user.home / ".aws/credentials").unlink()
    with (user.home / ".aws/config").open("a") as config:
        config.write(f"credential_process = {program}\n")
    await user.sentinel(*command)
    assert (user.home / "calls").read_text() == "called\n"
