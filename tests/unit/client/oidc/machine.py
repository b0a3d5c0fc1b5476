"""A person's machine without AWS credentials, and the keychain of its system."""

import asyncio
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from sentinel.cli import run_command_line
from sentinel.system.keychain import Keychain
from tests.unit.client.oidc.fake_provider import CLIENT, FakeGateway


@dataclass
class MemoryBackend:
    secrets: dict[str, str] = field(default_factory=dict)
    limit: int = 100_000
    is_locked: bool = False

    def get_password(self, _service: str, name: str) -> str | None:
        if self.is_locked:
            raise RuntimeError("locked, and here is a secret: hunter2")
        return self.secrets.get(name)

    def set_password(self, _service: str, name: str, secret: str) -> None:
        if self.is_locked or len(secret) > self.limit:
            raise RuntimeError(f"no room for {secret}")
        self.secrets[name] = secret

    def delete_password(self, _service: str, name: str) -> None:
        if self.is_locked:
            raise RuntimeError("locked")
        del self.secrets[name]


@dataclass
class Laptop:
    """Runs commands in this process, in a thread; a browser follows the provider's redirect."""

    home: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]
    backend: MemoryBackend | None
    opened: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)

    def use(self, gateway: FakeGateway) -> None:
        provider = gateway.provider
        settings = {
            "REMOTE_SERVER": gateway.url,
            "ISSUER": "corp",
            "OIDC_ISSUER_URL": provider.url,
            "OIDC_CLIENT_ID": CLIENT,
        }
        for name, value in settings.items():
            self.monkeypatch.setenv(f"SENTINEL_{name}", value)

    async def sentinel(self, *words: str) -> tuple[int, str, str]:
        code = await asyncio.to_thread(run_command_line, list(words))
        out, err = self.capsys.readouterr()
        return code, out, err

    def browse(self, url: str) -> bool:
        """Be a browser: opened and forgotten, it follows the redirect to this machine."""
        self.opened.append(url)
        with urllib.request.urlopen(url) as answer:  # noqa: S310 - of a server of the test
            self.pages.append(answer.read().decode())
        return True

    def files(self) -> str:
        return "".join(path.read_text() for path in self.home.rglob("*") if path.is_file())


def make_laptop(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], backend: MemoryBackend | None
) -> Laptop:
    laptop = Laptop(home, monkeypatch, capsys, backend)
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(home / name))
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(home / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "ACTIONS_ID_TOKEN_REQUEST_URL", "SENTINEL_EXEC"):
        monkeypatch.delenv(name, raising=False)
    keychain: Any = None if backend is None else Keychain(backend)
    monkeypatch.setattr("sentinel.oidc.kept.open_keychain", lambda: keychain)
    monkeypatch.setattr("sentinel.commands.login.open_browser", laptop.browse)
    return laptop
