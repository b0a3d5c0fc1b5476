"""The keychain of the system, and none where keyring knows no better than a file."""

from collections.abc import Callable
from typing import Any

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.chainer import ChainerBackend
from keyring.backends.fail import Keyring as NoKeyring
from keyring.backends.null import Keyring as NullKeyring

from sentinel.system.browser import open_browser
from sentinel.system.keychain import KeychainError, open_keychain


class Backend(KeyringBackend):
    priority = 5

    def __init__(self, error: Exception | None = None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # keyring types few of its functions
        self.kept: dict[tuple[str, str], str] = {}
        self.error = error

    def get_password(self, service: str, username: str) -> str | None:
        if self.error:
            raise self.error
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.error:
            raise self.error
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


class PlainFile(Backend):
    priority = 0.5  # type: ignore[assignment]


def choose(monkeypatch: pytest.MonkeyPatch, backend: Any) -> None:
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)


def test_a_secret_is_kept_read_and_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    choose(monkeypatch, Backend())
    keychain = open_keychain()
    assert keychain is not None
    keychain.write("key", "secret")
    assert keychain.read("key") == "secret"
    keychain.remove("key")
    keychain.remove("key")
    assert keychain.read("key") is None


@pytest.mark.parametrize("backend", [NoKeyring, NullKeyring, PlainFile])
def test_what_keyring_does_not_recommend_is_no_keychain(
    monkeypatch: pytest.MonkeyPatch, backend: Callable[[], Any]
) -> None:
    choose(monkeypatch, backend())
    assert open_keychain() is None


def test_of_several_backends_only_a_recommended_one_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, best = PlainFile(), Backend()
    monkeypatch.setattr(ChainerBackend, "backends", [plain, best])
    choose(monkeypatch, ChainerBackend())  # type: ignore[no-untyped-call]  # as above
    keychain = open_keychain()
    assert keychain is not None
    keychain.write("key", "secret")
    assert (plain.kept, best.kept) == ({}, {("sentinel", "key"): "secret"})


def test_an_error_of_a_backend_is_named_by_its_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    choose(monkeypatch, Backend(OSError("hunter2")))
    keychain = open_keychain()
    assert keychain is not None
    attempts: tuple[Callable[[], object], ...] = (
        lambda: keychain.read("key"),
        lambda: keychain.write("key", "hunter2"),
    )
    for attempt in attempts:
        with pytest.raises(KeychainError, match=r"^OSError$"):
            attempt()


def test_a_backend_that_cannot_be_loaded_is_no_keychain(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError

    monkeypatch.setattr(keyring, "get_keyring", fail)
    assert open_keychain() is None


def test_without_a_desktop_no_browser_takes_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    def show(url: str) -> bool:
        opened.append(url)
        return True

    monkeypatch.setattr("sentinel.system.browser.webbrowser.open", show)
    monkeypatch.setattr("sentinel.system.browser.sys.platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    assert not open_browser("https://idp.example")
    monkeypatch.setenv("DISPLAY", ":0")
    assert open_browser("https://idp.example")
    assert opened == ["https://idp.example"]
