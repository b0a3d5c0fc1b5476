"""A login that asks for a one-time code: once, before the command has the terminal."""

import asyncio
import os
import pty
import sys
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import web

from shared.clock import utc_now
from tests.e2e.client.fake_service import ALICE, REGION, FakeService, Machine
from tests.e2e.client.screen import Screen
from tests.e2e.client.test_exec import ON_A_TERMINAL

PROMPT = "Enter MFA code for arn:aws:iam::111122223333:mfa/alice"
ISSUED = """<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
<AccessKeyId>{key}</AccessKeyId><SecretAccessKey>{secret}</SecretAccessKey><SessionToken>t</SessionToken>
<Expiration>{until}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"""
FETCH_TWICE = """
import json, os, urllib.request
ask = urllib.request.Request(os.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"])
ask.add_header("Authorization", os.environ["AWS_CONTAINER_AUTHORIZATION_TOKEN"])
print(*(json.load(urllib.request.urlopen(ask))["AccessKeyId"] for _ in range(2)))
"""


@pytest.fixture
async def codes(user: Machine) -> AsyncIterator[list[str]]:
    """Have alice's login be a role that needs a code; gives the codes that STS was sent."""
    sent: list[str] = []

    async def assume(request: web.BaseRequest) -> web.Response:
        sent.append((await request.post())["TokenCode"])  # type: ignore[arg-type]
        until = (utc_now() + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        return web.Response(text=ISSUED.format(key=ALICE[0], secret=ALICE[1], until=until), content_type="text/xml")

    runner = web.ServerRunner(web.Server(assume, access_log=None), shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    (user.home / ".aws/config").write_text(
        f"[default]\nregion = {REGION}\nendpoint_url = http://127.0.0.1:{runner.addresses[0][1]}\n"
        "role_arn = arn:aws:iam::111122223333:role/alice\nmfa_serial = arn:aws:iam::111122223333:mfa/alice\n"
        "source_profile = keys\n[profile keys]\naws_access_key_id = AKIAKEYS000000000001\naws_secret_access_key = s\n"
    )
    (user.home / ".aws/credentials").unlink()
    yield sent
    await runner.cleanup()


async def test_the_code_is_asked_for_once_by_all_that_is_signed(
    user: Machine, service: FakeService, codes: list[str]
) -> None:
    ours, theirs = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", ON_A_TERMINAL, sys.executable, "-m", "sentinel"),
        *("exec", "dev", "--", sys.executable, "-c", FETCH_TWICE),
        env=dict(user.environ),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = Screen(ours)
    await shown.until(PROMPT)
    os.write(ours, b"123456\n")
    assert await process.wait() == 0, shown.text
    await shown.until("ASIAVENDED0000000001 ASIAVENDED0000000001")
    shown.close()
    assert (codes, shown.text.count(PROMPT)) == (["123456"], 1)
    assert len(service.requests) > 1
