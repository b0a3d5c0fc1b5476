import asyncio
import json
import os
import pty
import stat
import sys
from datetime import datetime, timedelta

import pytest

from tests.e2e.client.fake_service import SESSION_ID, FakeService, Machine
from tests.unit.client.session_service import a_session


async def test_the_answer_is_what_a_credential_process_prints(user: Machine, service: FakeService) -> None:
    done = await user.sentinel("credentials", "dev")
    answer = json.loads(done.out)
    assert datetime.fromisoformat(answer.pop("Expiration")).tzinfo
    assert answer == {
        "Version": 1,
        "AccessKeyId": "ASIAVENDED0000000001",
        "SecretAccessKey": service.secrets["ASIAVENDED0000000001"],
        "SessionToken": "token-of-ASIAVENDED0000000001",
        "AccountId": "111122223333",
    }


async def test_parallel_calls_are_one_session(user: Machine, service: FakeService) -> None:
    calls = await asyncio.gather(*(user.sentinel("credentials", "dev") for _ in range(6)))
    assert {call.code for call in calls} == {0}
    assert len({call.out for call in calls}) == 1
    assert service.vends == ["dev"]


async def test_no_cache_asks_each_time_and_leaves_no_file(user: Machine, service: FakeService) -> None:
    for _ in range(2):
        assert (await user.sentinel("credentials", "--no-cache", "dev")).code == 0
    assert service.vends == ["dev", "dev"]
    assert not (user.home / ".cache").exists()


async def test_the_cache_is_kept_apart_by_profile_duration_and_caller(user: Machine, service: FakeService) -> None:
    service.secrets["AKIABOB000000000001"] = "bob-secret"
    await user.sentinel("credentials", "dev")
    await user.sentinel("credentials", "staging")
    await user.sentinel("credentials", "--duration", "30m", "dev")
    assert service.vends == ["dev", "staging", "dev"]
    bob = await user.sentinel(
        "credentials", "dev", AWS_ACCESS_KEY_ID="AKIABOB000000000001", AWS_SECRET_ACCESS_KEY="bob-secret"
    )
    assert bob.code == 1  # the service knows no bob here, and alice's answer is not his


async def test_a_grant_that_is_used_up_serves_to_the_end_of_its_session(user: Machine, service: FakeService) -> None:
    service.life = timedelta(minutes=15)
    first = await user.sentinel("credentials", "dev")
    service.refuse("dev", "approval_required")
    again = await user.sentinel("credentials", "dev")
    assert (again.code, again.out) == (0, first.out)
    assert service.vends == ["dev"]


@pytest.mark.parametrize(
    "standing", [{"session": {"status": "revoked"}}, {"session": {"status": "active"}, "current": False}]
)
async def test_a_session_that_is_no_longer_valid_leaves_the_cache(
    user: Machine, service: FakeService, standing: dict[str, object]
) -> None:
    await user.sentinel("credentials", "dev")
    await user.sentinel("session", "revoke", "--user", "bob", "--reason", "another person's, so mine is asked about")
    assert json.loads((await user.sentinel("credentials", "dev")).out)["AccessKeyId"] == "ASIAVENDED0000000001"
    service.standing = standing
    await user.sentinel("session", "revoke", "--user", "alice", "--reason", "laptop stolen")
    assert json.loads((await user.sentinel("credentials", "dev")).out)["AccessKeyId"] == "ASIAVENDED0000000002"


async def test_a_session_of_one_s_own_leaves_the_cache_with_its_revocation(user: Machine, service: FakeService) -> None:
    await user.sentinel("credentials", "dev")
    done = await user.sentinel("session", "revoke", SESSION_ID, "--reason", "done with it")
    assert done.code == 0, done.err
    assert not list((user.home / ".cache/sentinel/credentials").glob("*.json"))
    await user.sentinel("credentials", "dev")
    assert service.vends == ["dev", "dev"]


@pytest.mark.parametrize(("grant", "kept"), [(SESSION_ID, False), ("0" * 16, True)])
async def test_what_a_request_gave_leaves_the_cache_when_it_is_taken_back(
    user: Machine, service: FakeService, grant: str, *, kept: bool
) -> None:
    await user.sentinel("credentials", "staging")
    filed = await user.sentinel("request", "create", "staging", "--reason", "look", "--json")
    request_id = json.loads(filed.out)["id"]
    session = a_session(grant_id=request_id if grant == SESSION_ID else grant)
    service.standing = {"session": session}
    done = await user.sentinel("request", "cancel", request_id)
    assert done.code == 0, done.err
    assert bool(list((user.home / ".cache/sentinel/credentials").glob("*.json"))) is kept


async def test_the_cache_is_its_owners_alone(user: Machine) -> None:
    await user.sentinel("credentials", "dev")
    folder = user.home / ".cache/sentinel/credentials"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


async def test_a_cache_open_to_others_is_refused(user: Machine, service: FakeService) -> None:
    folder = user.home / ".cache/sentinel/credentials"
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    done = await user.sentinel("credentials", "dev")
    assert (done.code, done.out, service.vends) == (2, "", [])
    assert "chmod 700" in done.err


async def test_a_refusal_goes_to_stderr_and_exits_1(user: Machine, service: FakeService) -> None:
    service.refuse("prod")
    done = await user.sentinel("credentials", "prod")
    assert (done.code, done.out) == (1, "")
    assert done.err == "sentinel: no rule matches\n  ask for it\n  request req-1\n"


async def test_secrets_are_not_printed_to_a_terminal_unless_forced(user: Machine, service: FakeService) -> None:
    async def on_a_terminal(*arguments: str) -> tuple[int | None, bytes]:
        ours, theirs = pty.openpty()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "sentinel", "credentials", *arguments, "dev", env=user.environ, stdout=theirs
        )
        await process.wait()
        os.set_blocking(ours, False)
        try:
            out = os.read(ours, 65536)
        except BlockingIOError:
            out = b""
        os.close(ours)
        os.close(theirs)
        return process.returncode, out

    assert await on_a_terminal() == (2, b"")
    assert service.vends == []
    code, out = await on_a_terminal("--force")
    assert code == 0
    assert b"SessionToken" in out


async def test_a_credential_process_that_leads_back_to_sentinel_is_refused(user: Machine, service: FakeService) -> None:
    with (user.home / ".aws/config").open("a") as config:
        config.write("[profile dev]\ncredential_process = sentinel credentials dev\n")
        config.write("[profile chained]\nrole_arn = arn:aws:iam::111122223333:role/x\nsource_profile = dev\n")
    for more in ({"SENTINEL_AWS_PROFILE": "dev"}, {"AWS_PROFILE": "chained"}):
        done = await user.sentinel("credentials", "dev", **more)
        assert (done.code, service.requests) == (1, [])
        assert "the AWS profile dev gets its credentials from sentinel itself" in done.err
        assert "--aws-profile" in done.err


async def test_a_profile_that_the_environment_names_is_served_by_the_callers_own_credentials(
    user: Machine, service: FakeService
) -> None:
    with (user.home / ".aws/config").open("a") as config:
        config.write("[profile dev]\ncredential_process = sentinel credentials dev\n")
    done = await user.sentinel("credentials", "dev", AWS_PROFILE="dev")
    assert (done.code, service.vends) == (0, ["dev"]), done.err


async def test_a_loop_through_a_script_is_refused_too(user: Machine, service: FakeService) -> None:
    script = user.home / "own-credentials"
    script.write_text(f"#!/bin/sh\nexec {sys.executable} -m sentinel credentials dev\n")
    script.chmod(0o755)
    with (user.home / ".aws/config").open("a") as config:
        config.write(f"[profile scripted]\ncredential_process = {script}\n")
    done = await user.sentinel("credentials", "dev", AWS_PROFILE="scripted")
    assert (done.code, service.requests) == (1, [])
    assert "asked for credentials by sentinel itself" in done.err
