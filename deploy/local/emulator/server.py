"""The AWS emulator's process: start it, kill it, look up credentials in it."""

import asyncio
import json
import os
import secrets
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

import aiohttp

from deploy.local.aws import Keys
from deploy.local.child import Child

_HERE: Final = Path(__file__).parent
_REQUIREMENTS: Final = _HERE.parent / "emulator.txt"
_LOOPBACK: Final = "127.0.0.1"
# The first start builds the emulator's environment, which may include downloads.
_START_LIMIT_S: Final = 180.0
_POLL_S: Final = 0.05
_ASK_LIMIT_S: Final = 30.0


class EmulatorUnreachableError(Exception):
    """The emulator did not answer: it is stopped, or has not started yet."""


@dataclass(frozen=True, slots=True)
class KnownCredential:
    """A live credential and its identity; `allowed`: whether the identity may do the action in question."""

    keys: Keys
    account: str
    arn: str
    user_id: str
    allowed: bool


Unusable = Literal["unknown", "expired"]


@dataclass(slots=True)
class Emulator:
    """One emulator; its state lives in `state_dir` and survives `stop` and `start`.

    `authorities`: a file of the certificate authorities it trusts where an API's authorizer fetches an issuer's keys,
    in place of the system's.
    """

    state_dir: Path
    account: str
    region: str
    admin: Keys
    port: int = 0
    authorities: Path | None = None
    _secret: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    _child: Child | None = field(default=None, repr=False)

    @property
    def endpoint(self) -> str:
        return f"http://{_LOOPBACK}:{self.port}"

    @property
    def log_file(self) -> Path:
        return self.state_dir / "emulator.log"

    async def start(self) -> None:
        """Start on the port used before, or on a free one.

        Raises:
            RuntimeError: the process exited while starting, or took too long; the message names the log.

        """
        with await _listen(self.port) as listener:
            self.port = listener.getsockname()[1]
            self._child = await Child.start(
                _command(),
                environment=self._environment(),
                folder=self.state_dir,
                log_file=self.log_file,
                sockets=[listener.fileno()],
            )
            orders = {
                "socket": listener.fileno(),
                "secret": self._secret,
                "access_key_id": self.admin.access_key_id,
                "secret_access_key": self.admin.secret_access_key,
            }
            await self._child.tell(json.dumps(orders).encode())
            await self._wait_until_ready(self._child)

    async def stop(self) -> None:
        """Save the state, then kill the process, as an outage would. `start` restores the saved state."""
        await self._ask("/_sentinel/save", {})
        await self.close()

    async def close(self) -> None:
        """Kill the process if it is running."""
        if self._child is not None:
            await self._child.kill()
            self._child = None

    async def find_credential(self, access_key_id: str, action: str, resource: str) -> KnownCredential | Unusable:
        """Look up a credential, and whether its identity may do an action.

        Raises:
            EmulatorUnreachableError: the emulator does not answer.

        """
        asked = {"access_key_id": access_key_id, "action": action, "resource": resource}
        found = await self._ask("/_sentinel/credential", asked)
        if found["status"] != "active":
            return "expired" if found["status"] == "expired" else "unknown"
        ends = None if found["expires_at"] is None else datetime.fromtimestamp(found["expires_at"], UTC)
        keys = Keys(access_key_id, found["secret_access_key"], found["session_token"], ends)
        return KnownCredential(keys, found["account"], found["arn"], found["user_id"], found["allowed"])

    async def _ask(self, path: str, query: Mapping[str, str]) -> dict[str, Any]:
        headers = {"x-sentinel-overlay": self._secret}
        timeout = aiohttp.ClientTimeout(total=_ASK_LIMIT_S)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, headers=headers, raise_for_status=True) as session,
                session.post(f"{self.endpoint}{path}", params=query) as answer,
            ):
                found: dict[str, Any] = await answer.json()
                return found
        except (aiohttp.ClientError, TimeoutError) as error:
            raise EmulatorUnreachableError(f"the emulator at {self.endpoint} does not answer") from error

    async def _wait_until_ready(self, child: Child) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_START_LIMIT_S):
                while child.running:
                    with suppress(EmulatorUnreachableError):
                        await self._ask("/_sentinel/credential", _NO_CREDENTIAL)
                        return
                    await asyncio.sleep(_POLL_S)
        raise RuntimeError(f"the AWS emulator did not start; see {self.log_file}")

    def _environment(self) -> dict[str, str]:
        return {
            **_inherited(),
            **({} if self.authorities is None else {"SSL_CERT_FILE": str(self.authorities)}),
            "AUTH": "true",
            "BIND_HOST": _LOOPBACK,
            # Otherwise it listens for MQTT on every interface, regardless of BIND_HOST.
            "IOT_MTLS_ENABLED": "0",
            "GATEWAY_PORT": str(self.port),
            "LOG_LEVEL": "WARNING",
            "MINISTACK_ACCOUNT_ID": self.account,
            "MINISTACK_REGION": self.region,
            "PERSIST_STATE": "1",
            "STATE_DIR": str(self.state_dir / "emulator"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(self.state_dir / "emulator-s3"),
            "TMPDIR": str(self.state_dir),
            "PYTHONPATH": str(_HERE),
        }


_NO_CREDENTIAL: Final = {"access_key_id": "-", "action": "execute-api:Invoke", "resource": "arn:aws:execute-api:::-"}


def _inherited() -> dict[str, str]:
    """Return the variables uv needs for its cache and its network access, and none of AWS's."""
    kept = ("PATH", "HOME", "LANG", "SSL_CERT_FILE", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY")
    return {name: value for name, value in os.environ.items() if name in kept or name.startswith(("UV_", "XDG_"))}


def _command() -> list[str]:
    run = [sys.executable, "-m", "uv", "run", "--quiet", "--no-project", "--isolated"]
    environment = ["--with-requirements", str(_REQUIREMENTS), "--python", sys.executable]
    return [*run, *environment, "python", "-m", "overlay"]


async def _listen(port: int) -> socket.socket:
    """Open the listening socket in the parent, so that no other process can take the port before the child serves.

    Port 0 takes a free port. The port of a killed emulator is released shortly after its process ends, so binding to a
    given port is retried.
    """
    async with asyncio.timeout(_ASK_LIMIT_S):
        while True:
            try:
                return socket.create_server((_LOOPBACK, port), backlog=128)
            except OSError:
                if port == 0:
                    raise
                await asyncio.sleep(_POLL_S)
