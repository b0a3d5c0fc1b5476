"""A login as processes of its own have it: a browser that is started, a child of `exec`, renewals at the same time."""

import asyncio
import os
import shlex
import stat
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path

import pytest

from tests.unit.client.oidc.fake_provider import CLIENT, FakeGateway, FakeProvider

Run = Callable[..., Coroutine[None, None, tuple[int, str, str]]]
BROWSER = "import sys, urllib.request; urllib.request.urlopen(sys.argv[1]).read()"


@pytest.fixture
def sentinel(tmp_path: Path, gateway: FakeGateway) -> Run:
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(("client", ".")),
        "HOME": str(tmp_path),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "BROWSER": f"{shlex.join((sys.executable, '-c', BROWSER))} %s",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        "AWS_EC2_METADATA_DISABLED": "true",
        "SENTINEL_REMOTE_SERVER": gateway.url,
        "SENTINEL_ISSUER": "corp",
        "SENTINEL_OIDC_ISSUER_URL": gateway.provider.url,
        "SENTINEL_OIDC_CLIENT_ID": CLIENT,
    }

    async def run(*words: str) -> tuple[int, str, str]:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "sentinel", *words, stdout=pipe, stderr=pipe, env=environ
        )
        out, err = await process.communicate()
        return process.returncode or 0, out.decode(), err.decode()

    return run


async def test_a_login_serves_later_processes_and_is_hidden_from_a_child(
    sentinel: Run, gateway: FakeGateway, tmp_path: Path
) -> None:
    code, _, err = await sentinel("login")
    assert code == 0, err
    assert "logged in as alice@example.com" in err
    files = [path for path in (tmp_path / "state").rglob("*") if path.is_file()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    inside = (sys.executable, "-m", "sentinel", "whoami")
    code, out, err = await sentinel("exec", "dev", "--", *inside)
    assert (code, out) == (1, "")
    assert "your own login is hidden" in err
    assert {path for path, _ in gateway.requests} == {"/as/corp", "/as/corp/profiles"}


async def test_processes_at_once_renew_a_login_once(sentinel: Run, provider: FakeProvider) -> None:
    provider.life_s = 30
    assert (await sentinel("login"))[0] == 0
    provider.life_s = 3600
    done = await asyncio.gather(*(sentinel("whoami") for _ in range(3)))
    assert [code for code, _, _ in done] == [0, 0, 0], done
    assert sum(form.get("grant_type") == "refresh_token" for form in provider.posts("/token")) == 1
