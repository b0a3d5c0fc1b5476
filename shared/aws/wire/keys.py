"""The keys that requests are signed with: the execution role's, given or fetched, always fresh."""

import asyncio
import os
from collections.abc import Mapping
from typing import Any, Final, Protocol

from botocore.exceptions import NoCredentialsError

from shared.aws.credentials import Credentials

_CONTAINER_VARIABLES: Final = ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")


class Keys(Protocol):
    """Where keys come from."""

    async def current(self) -> Any:
        """Give what botocore's signer takes: an object with `access_key`, `secret_key` and `token`.

        Raises:
            BotoCoreError: there are none.

        """
        ...

    def forget(self) -> None:
        """Fetch anew at the next need."""
        ...


class FixedKeys:
    """Keys that stay what they are: an environment's, which Lambda replaces together with the process, or STS's."""

    def __init__(self, access_key_id: str, secret_access_key: str, session_token: str | None) -> None:
        from botocore.credentials import ReadOnlyCredentials  # noqa: PLC0415 - see RoleKeys

        self._keys = ReadOnlyCredentials(access_key_id, secret_access_key, session_token)

    async def current(self) -> Any:
        """Give the keys."""
        return self._keys

    def forget(self) -> None:
        """Do nothing: there is nowhere to fetch them from."""


class RoleKeys:
    """Keys from the container protocol, which is how Lambda gives them to a function with SnapStart.

    botocore's own provider fetches them and says when they are due: fifteen minutes before their end, and at ten at the
    latest. Its fetch blocks, so it runs in a thread, once at a time; while keys are only advised to be renewed the old
    ones still serve whoever does not fetch.
    """

    def __init__(self) -> None:
        self._credentials: Any = None
        self._lock = asyncio.Lock()

    async def current(self) -> Any:
        """Give the keys, fetched where they are due.

        Raises:
            BotoCoreError: the endpoint gave none.

        """
        if self._is_due():
            async with self._lock:
                if self._is_due():
                    return await asyncio.to_thread(self._fetch)
        return self._credentials.get_frozen_credentials()

    def forget(self) -> None:
        """Fetch anew at the next need, from where the environment then says."""
        self._credentials = None

    def _is_due(self) -> bool:
        return self._credentials is None or self._credentials.refresh_needed()

    def _fetch(self) -> Any:
        if self._credentials is None:
            from botocore.credentials import ContainerProvider  # noqa: PLC0415 - slow to import, and seldom needed

            self._credentials = ContainerProvider().load()
        return self._credentials.get_frozen_credentials()


def find_keys(given: Credentials | None, environ: Mapping[str, str] = os.environ) -> Keys:
    """Choose the keys to sign with: those given, else the environment's, else the container endpoint's.

    Raises:
        NoCredentialsError: there is no sign of any. Configuration files are not looked at: a Lambda has none, and a
            developer's must not reach one that runs on their machine.

    """
    if given is not None:
        secret, token = given.secret_access_key.get_secret_value(), given.session_token.get_secret_value()
        return FixedKeys(given.access_key_id, secret, token)
    if environ.get("AWS_ACCESS_KEY_ID") and environ.get("AWS_SECRET_ACCESS_KEY"):
        key_id, secret = environ["AWS_ACCESS_KEY_ID"], environ["AWS_SECRET_ACCESS_KEY"]
        return FixedKeys(key_id, secret, environ.get("AWS_SESSION_TOKEN"))
    if any(environ.get(name) for name in _CONTAINER_VARIABLES):
        return RoleKeys()
    raise NoCredentialsError
