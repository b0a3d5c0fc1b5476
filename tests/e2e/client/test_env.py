"""`sentinel env` as shells take it, and the way back."""

import asyncio
import os
import sys

from tests.e2e.client.fake_service import ALICE, FakeService, Machine
from tests.e2e.client.screen import Screen
from tests.patience import LIMIT_S


async def _sh(user: Machine, script: str, **more: str) -> tuple[int, list[str], str]:
    process = await asyncio.create_subprocess_exec(
        "sh",
        "-c",
        f'sentinel() {{ "$PYTHON" -m sentinel "$@"; }}\n{script}',
        env={**user.environ, "PYTHON": sys.executable, **more},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode().splitlines(), err.decode()


async def test_eval_gives_a_shell_the_profile_and_unset_takes_it_back(user: Machine) -> None:
    script = """
eval "$(sentinel env dev)"
echo "$AWS_ACCESS_KEY_ID,$AWS_SECRET_ACCESS_KEY,$SENTINEL_ENV,$AWS_REGION,${AWS_PROFILE-none}"
eval "$(sentinel env --unset)"
echo "${AWS_ACCESS_KEY_ID-none},${AWS_SESSION_TOKEN-none},${SENTINEL_ENV-none},${AWS_REGION-none},$AWS_PROFILE"
"""
    code, (with_it, without), err = await _sh(user, script, AWS_PROFILE="default")
    assert code == 0, err
    key = "ASIAVENDED0000000001"
    assert with_it.split(",")[:3] == [key, f"secret-of-{key}", "dev"]
    assert with_it.split(",")[4] == "none"
    assert without == "none,none,none,none,default"
    assert "credentials of dev, which end in" in err


async def test_the_next_one_in_the_same_shell_is_signed_by_the_caller(user: Machine, service: FakeService) -> None:
    script = 'eval "$(sentinel env dev)"; eval "$(sentinel env staging)"; echo "$SENTINEL_ENV,$AWS_ACCESS_KEY_ID"'
    code, (last,), err = await _sh(user, script)
    assert (code, service.vends) == (0, ["dev", "staging"]), err
    assert last == "staging,ASIAVENDED0000000002"
    assert all(ALICE[0] in request.headers["Authorization"] for request in service.requests)


async def test_a_refusal_prints_nothing_to_evaluate(user: Machine, service: FakeService) -> None:
    service.refuse("prod")
    done = await user.sentinel("env", "prod")
    assert (done.code, done.out) == (1, "")
    assert "no rule matches" in done.err


async def test_a_terminal_is_shown_no_secret(user: Machine, service: FakeService) -> None:
    control, terminal = os.openpty()
    screen = Screen(control)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "sentinel",
        "env",
        "dev",
        env=user.environ,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
    )
    os.close(terminal)
    async with asyncio.timeout(LIMIT_S):
        assert await process.wait() == 2
        await screen.until("stdout is a terminal")
    assert "secret-of" not in screen.text
    assert service.vends == []
    screen.close()


async def test_unset_without_an_env_says_so(user: Machine) -> None:
    done = await user.sentinel("env", "--unset")
    assert (done.code, done.out) == (0, "")
    assert "nothing here is from `sentinel env`" in done.err
