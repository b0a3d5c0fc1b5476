import pytest

from shared.aws.client.library import open_session
from shared.aws.client.protocol import NoKeysError
from shared.aws.client.signing import Keys

KEYS = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token"}


def keys() -> Keys:
    return Keys(open_session, lambda: 0.0)


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in KEYS:
        monkeypatch.delenv(name, raising=False)


async def test_the_environments_keys_are_signed_with(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    found = await keys().current()
    assert (found.access_key, found.secret_key, found.token) == ("AKIAEXAMPLE", "secret", "token")


def test_without_keys_the_container_endpoint_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1/keys")
    open_session()


@pytest.mark.parametrize("environ", [{}, {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE"}])
def test_no_keys_are_an_error_at_once(monkeypatch: pytest.MonkeyPatch, environ: dict[str, str]) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(NoKeysError):
        open_session()


async def test_the_repr_of_keys_hides_them(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    found = keys()
    await found.current()
    assert "secret" not in f"{found!r}"
    assert "token" not in f"{found!r}"


@pytest.mark.parametrize("address", ["http://198.51.100.1/keys", "ftp://127.0.0.1/keys", "http://localhost.example/"])
async def test_keys_are_asked_for_over_tls_or_on_this_machine_only(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", address)
    with pytest.raises(NoKeysError):
        await keys().current()
