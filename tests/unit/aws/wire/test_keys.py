import pytest

from shared.aws.wire.http import Http
from shared.aws.wire.keys import KeyPair, NoKeysError, RoleKeys, find_keys
from shared.clock import utc_now

KEYS = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token"}


async def test_the_environments_keys_are_signed_with() -> None:
    found = await find_keys(None, Http(), utc_now, KEYS).current()
    assert (found.access_key, found.secret_key, found.token) == ("AKIAEXAMPLE", "secret", "token")


def test_without_keys_the_container_endpoint_is_asked() -> None:
    environ = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1/keys"}
    assert isinstance(find_keys(None, Http(), utc_now, environ), RoleKeys)


@pytest.mark.parametrize("environ", [{}, {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE"}])
def test_no_keys_are_an_error_at_once(environ: dict[str, str]) -> None:
    with pytest.raises(NoKeysError):
        find_keys(None, Http(), utc_now, environ)


def test_the_repr_of_keys_hides_them() -> None:
    assert repr(KeyPair("AKIAEXAMPLE", "secret", "token")) == "KeyPair(access_key='AKIAEXAMPLE')"


@pytest.mark.parametrize("address", ["http://198.51.100.1/keys", "ftp://127.0.0.1/keys", "http://localhost.example/"])
async def test_keys_are_asked_for_over_tls_or_on_this_machine_only(address: str) -> None:
    with pytest.raises(NoKeysError, match="https, or one of the local addresses"):
        await find_keys(None, Http(), utc_now, {"AWS_CONTAINER_CREDENTIALS_FULL_URI": address}).current()
