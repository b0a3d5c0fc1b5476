import pytest
from botocore.exceptions import NoCredentialsError

from shared.aws.wire.keys import RoleKeys, find_keys

KEYS = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token"}


async def test_the_environments_keys_are_signed_with() -> None:
    found = await find_keys(None, KEYS).current()
    assert (found.access_key, found.secret_key, found.token) == ("AKIAEXAMPLE", "secret", "token")


def test_without_keys_the_container_endpoint_is_asked() -> None:
    environ = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1/keys"}
    assert isinstance(find_keys(None, environ), RoleKeys)


@pytest.mark.parametrize("environ", [{}, {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE"}])
def test_no_keys_are_an_error_at_once(environ: dict[str, str]) -> None:
    with pytest.raises(NoCredentialsError):
        find_keys(None, environ)
