"""A stand-in for the deployed service: it checks every signature, decides, and remembers what it was asked.

It also answers STS GetCallerIdentity at `POST /`, signed with credentials it vended, so that a real SDK can prove
that it got them.
"""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from aiohttp import web

from shared.clock import utc_now
from tests.e2e.client.fake_grants import FakeGrants
from tests.e2e.client.fake_groups import FakeGroups
from tests.e2e.client.signatures import verify_signature
from tests.forks.program import SENTINEL, Program, start
from tests.unit.client.session_service import a_session, many_revoked, one_revoked

ALICE = ("AKIAALICE00000000001", "alice-secret")
ACCOUNT = "111122223333"
REGION = "eu-central-1"
HOUR = timedelta(hours=1)
# The last three are what Windows starts a program with.
_KEPT = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "COMSPEC", "PATHEXT")
SESSION_ID = "s" * 16
CATALOGUE: list[dict[str, str | None]] = [
    {
        "name": "dev",
        "description": "[red]Dev[/red]",
        "account": ACCOUNT,
        "region": "eu-west-3",
        "access": "allowed",
    },
    {"name": "staging", "region": None, "access": "approval", "reason": "asks for approval"},
    {"name": "prod", "account": "444455556666", "access": "denied", "reason": "no rule matches"},
]
ABOUT_ALICE: dict[str, dict[str, Any]] = {
    "/profiles": {"profiles": CATALOGUE},
    "/v1/whoami": {"user": "alice", "kind": "user", "account": ACCOUNT, "arn": "arn:aws:iam::1:user/alice"},
}
IDENTITY = """<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:sts::111122223333:assumed-role/dev/{key}</Arn><UserId>AROA:{key}</UserId><Account>111122223333</Account>
</GetCallerIdentityResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></GetCallerIdentityResponse>"""


@dataclass
class FakeService:
    url: str = ""
    life: timedelta = HOUR
    vends: list[str] = field(default_factory=list)
    requests: list[web.Request] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=lambda: dict([ALICE]))
    refusals: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    files: dict[str, bytes | str] = field(default_factory=dict)  # answered to anyone; text is where a file has moved
    open: asyncio.Event = field(default_factory=asyncio.Event)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    grants: FakeGrants = field(default_factory=FakeGrants)
    groups: FakeGroups = field(default_factory=FakeGroups)
    standing: dict[str, Any] = field(default_factory=lambda: {"session": a_session(id=SESSION_ID), "current": True})

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        if request.raw_path in self.files:
            return _file(self.files[request.raw_path])
        signed = verify_signature(request, await request.read(), self.secrets.get)
        if signed is None:
            return web.json_response({"message": "Forbidden"}, status=403)
        if request.method == "POST" and request.raw_path == "/":
            return web.Response(text=IDENTITY.format(key=signed.access_key_id), content_type="text/xml")
        if (signed.access_key_id, signed.region, signed.service) != (ALICE[0], REGION, "execute-api"):
            return web.json_response({"message": "Forbidden"}, status=403)
        match request.raw_path.partition("?")[0]:
            case "/":
                return await self._vend(request.query["profile"])
            case path if path in ABOUT_ALICE:
                return web.json_response(ABOUT_ALICE[path])
            case "/v1/revocations":
                return web.json_response(many_revoked(), status=201)
            case path if path.startswith("/v1/sessions/"):
                return web.json_response(one_revoked(id=SESSION_ID) if path.endswith("/revoke") else self.standing)
        answered = await self.groups.answer(request) or await self.grants.answer(request)
        return answered or web.json_response({"message": "Not Found"}, status=404)

    async def _vend(self, profile: str) -> web.Response:
        self.vends.append(profile)
        self.asked.set()
        await self.open.wait()
        if profile in self.refusals:
            status, body = self.refusals[profile]
            return web.json_response(body, status=status)
        key = f"ASIAVENDED{len(self.vends):010d}"
        self.secrets[key] = f"secret-of-{key}"
        expires_at = (utc_now() + self.life).strftime("%Y-%m-%dT%H:%M:%SZ")
        answer = {"AccessKeyId": key, "SecretAccessKey": self.secrets[key], "Token": f"token-of-{key}"}
        return web.json_response(answer | {"Expiration": expires_at, "AccountId": ACCOUNT, "SessionId": SESSION_ID})

    def refuse(self, profile: str, code: str = "denied", status: int = 403) -> None:
        self.refusals[profile] = (
            status,
            {"code": code, "message": "no rule matches", "hint": "ask for it", "request_id": "req-1"},
        )


def _file(content: bytes | str) -> web.Response:
    if isinstance(content, str):
        return web.Response(status=302, headers={"Location": content})
    return web.Response(body=content)


@asynccontextmanager
async def running_service() -> AsyncIterator[FakeService]:
    service = FakeService()
    service.open.set()
    runner = web.ServerRunner(web.Server(service.answer, access_log=None), shutdown_timeout=0)  # type: ignore[arg-type]
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    service.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield service
    finally:
        service.open.set()
        await runner.cleanup()


@dataclass(frozen=True)
class Finished:
    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Machine:
    """A user's machine: a home of its own, alice's keys in the AWS config, and the `sentinel` command."""

    home: Path
    environ: Mapping[str, str]

    async def start(self, *arguments: str, **more: str) -> Program:
        return await start(SENTINEL, "sentinel", *arguments, environ={**self.environ, **more})

    async def sentinel(self, *arguments: str, **more: str) -> Finished:
        """Run a command to its end."""
        process = await self.start(*arguments, **more)
        out, err = await process.communicate()
        assert process.returncode is not None
        return Finished(process.returncode, out.decode(), err.decode())

    async def process(self, *arguments: str) -> Finished:
        """Run a command to its end with an interpreter of its own, so that others on the machine see its arguments."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "sentinel", *arguments), env=self.environ, stdin=DEVNULL, stdout=PIPE, stderr=PIPE
        )
        out, err = await process.communicate()
        assert process.returncode is not None
        return Finished(process.returncode, out.decode(), err.decode())


def machine(home: Path, service: FakeService) -> Machine:
    aws = home / ".aws"
    aws.mkdir()
    own = f"[default]\nregion = {REGION}\nendpoint_url = {service.url}\noutput = json\n"
    (aws / "config").write_text(own)
    (aws / "credentials").write_text(f"[default]\naws_access_key_id = {ALICE[0]}\naws_secret_access_key = {ALICE[1]}\n")
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    folders = {"HOME": str(home)}
    if sys.platform == "win32":
        folders = {"USERPROFILE": str(home), "LOCALAPPDATA": str(home / "Local"), "APPDATA": str(home / "Roaming")}
    return Machine(home, {**kept, **folders, "SENTINEL_REMOTE_SERVER": service.url})
