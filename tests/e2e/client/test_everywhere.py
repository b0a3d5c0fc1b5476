"""The commands that AWS tools and people start, on each system that the tests run on: Linux, macOS, Windows."""

import asyncio
import json
import sys
from pathlib import Path

from tests.e2e.client.fake_service import FakeService, Machine

FETCH = """
import json, os, sys, urllib.request
ask = urllib.request.Request(os.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"])
ask.add_header("Authorization", os.environ["AWS_CONTAINER_AUTHORIZATION_TOKEN"])
print(json.dumps([json.load(urllib.request.urlopen(ask)), os.environ["AWS_CONFIG_FILE"], sys.argv[1:]]))
sys.exit(5)
"""


async def test_exec_runs_a_program_with_the_profile_s_credentials_and_ends_as_it_does(user: Machine) -> None:
    done = await user.sentinel("exec", "dev", "--", sys.executable, "-c", FETCH, "a b", "--json")
    assert done.code == 5, done.err
    credentials, config, words = json.loads(done.out)
    assert (credentials["AccessKeyId"], words) == ("ASIAVENDED0000000001", ["a b", "--json"])
    assert not Path(config).exists()


async def test_exec_finds_a_program_in_path_or_says_that_it_is_missing(user: Machine) -> None:
    folder = str(Path(sys.executable).parent)
    assert (await user.sentinel("exec", "dev", "--", "python", "-c", "", PATH=folder)).code == 0
    assert (await user.sentinel("exec", "dev", "--", "there-is-no-such-program")).code == 127


async def test_parallel_calls_are_one_session(user: Machine, service: FakeService) -> None:
    calls = await asyncio.gather(*(user.sentinel("credentials", "dev") for _ in range(4)))
    assert {call.code for call in calls} == {0}, calls
    assert (len({call.out for call in calls}), service.vends) == (1, ["dev"])


async def test_serve_names_an_endpoint(user: Machine) -> None:
    process = await user.start("serve", "--json", "dev")
    assert process.stdout is not None
    assert json.loads(await process.stdout.readline())["profile"] == "dev"
    process.kill()
    await process.communicate()


async def test_configure_writes_a_program_that_aws_tools_can_run(user: Machine) -> None:
    done = await user.sentinel("configure", "dev")
    assert done.code == 0, done.err
    assert "[profile dev]\ncredential_process = " in (user.home / ".aws/config").read_text()


async def test_env_prints_what_the_system_s_shell_reads(user: Machine, service: FakeService) -> None:
    for form in ("posix", "powershell", "json"):
        done = await user.sentinel("env", "dev", "--format", form)
        assert (done.code, "ASIAVENDED0000000001" in done.out) == (0, True), done.err
    assert service.vends == ["dev"]


async def test_a_proof_is_made(user: Machine) -> None:
    assert (await user.sentinel("proof", "--profile", "dev", "--api", "abc123", "--region", "eu-central-1")).code == 0
