import asyncio
import json
import signal

import aiohttp

from sentinel.remote_server import is_loopback
from tests.e2e.client.fake_service import FakeService, Machine


async def test_the_printed_endpoint_answers_until_it_is_stopped(user: Machine, service: FakeService) -> None:
    process = await user.start("serve", "--json", "dev")
    assert process.stdout is not None
    report = json.loads(await process.stdout.readline())
    async with (
        aiohttp.ClientSession() as http,
        http.get(report["uri"], headers={"Authorization": report["token"]}) as got,
    ):
        assert (await got.json())["AccessKeyId"] == "ASIAVENDED0000000001"
    assert is_loopback(got.url.host or "")
    assert report["environment"]["AWS_CONTAINER_CREDENTIALS_FULL_URI"] == report["uri"]
    assert "AWS_PROFILE" in report["unset"]
    process.send_signal(signal.SIGINT)
    assert await process.wait() == 0
    assert service.vends == ["dev"]


async def test_the_printed_lines_work_in_a_shell(user: Machine) -> None:
    process = await user.start("serve", "dev")
    assert process.stdout is not None
    assert process.stderr is not None
    await process.stderr.readline()  # said last: the lines are all there
    process.send_signal(signal.SIGTERM)
    lines, _ = await process.communicate()
    shell = await asyncio.create_subprocess_exec(
        "sh", "-euc", lines.decode() + "\nenv", env={"AWS_PROFILE": "x", "PATH": "/usr/bin:/bin"}, stdout=-1
    )
    out, _ = await shell.communicate()
    assert b"AWS_CONTAINER_AUTHORIZATION_TOKEN=" in out
    assert b"AWS_PROFILE" not in out


async def test_a_refusal_ends_it_before_anything_is_printed(user: Machine, service: FakeService) -> None:
    service.refuse("prod", "approval_required")
    done = await user.sentinel("serve", "--json", "prod")
    assert (done.code, done.out) == (1, "")
    assert json.loads(done.err)["error"]["code"] == "approval_required"


async def test_a_shell_that_took_the_exports_does_not_sign_with_vended_credentials(
    user: Machine, service: FakeService
) -> None:
    process = await user.start("serve", "--json", "dev")
    assert process.stdout is not None
    environment = json.loads(await process.stdout.readline())["environment"]
    asked = len(service.requests)
    done = await user.sentinel("whoami", **environment)
    assert (done.code, len(service.requests)) == (1, asked)
    process.send_signal(signal.SIGTERM)
    await process.communicate()
