"""The keys that requests are signed with: the execution role's, given or fetched, always fresh."""

import asyncio
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import urlsplit

import orjson

from shared.aws.credentials import Credentials
from shared.aws.wire.http import Http
from shared.aws.wire.line import Reply
from shared.aws.wire.protocols import read_instant

_RELATIVE, _FULL = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"
_TOKEN, _TOKEN_FILE = "AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"
_ECS: Final = "169.254.170.2"
# Where a fetch may go without TLS (AWS SDKs and Tools Reference Guide, "Container credential provider").
_LOCAL_HOSTS: Final = frozenset({"127.0.0.1", "localhost", "::1", _ECS, "169.254.170.23", "fd00:ec2::23"})
_TIMEOUT_S: Final = 5.0
_OK: Final = 200
# Keys are renewed this long before their end, and serve until then where that fails.
_EARLY: Final = timedelta(minutes=10)
# Lambda may stamp keys to end in 16 minutes and give the same ones for a while: who asks again waits this long.
_BETWEEN_FETCHES: Final = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class KeyPair:
    """What a signature is made with; its repr hides it."""

    access_key: str
    secret_key: str = field(repr=False)
    token: str | None = field(repr=False)


class NoKeysError(Exception):
    """There are no keys to sign with; the message says why, and holds nothing of them."""


class Keys(Protocol):
    """Where keys come from."""

    async def current(self) -> KeyPair:
        """Give the keys to sign with now.

        Raises:
            NoKeysError: there are none.

        """
        ...

    def forget(self) -> None:
        """Fetch anew at the next need."""
        ...


class FixedKeys:
    """Keys that stay what they are: an environment's, which Lambda replaces together with the process, or STS's."""

    def __init__(self, keys: KeyPair) -> None:
        self._keys = keys

    async def current(self) -> KeyPair:
        """Give the keys."""
        return self._keys

    def forget(self) -> None:
        """Do nothing: there is nowhere to fetch them from."""


class RoleKeys:
    """Keys from the container protocol, which is how Lambda gives them to a function with SnapStart."""

    def __init__(self, http: Http, clock: Callable[[], datetime], environ: Mapping[str, str] = os.environ) -> None:
        """Fetch from where the environment says, at each fetch; `clock` gives UTC."""
        self._http = http
        self._clock = clock
        self._environ = environ
        self._lock = asyncio.Lock()
        self._found: tuple[KeyPair, datetime] | None = None
        self._asked_at: datetime | None = None

    async def current(self) -> KeyPair:
        """Give the keys, fetched where they are due, once for all who wait.

        Raises:
            NoKeysError: the endpoint gave none.

        """
        if self._is_due():
            async with self._lock:
                if self._is_due():
                    await self._renew()
        assert self._found is not None
        return self._found[0]

    def forget(self) -> None:
        """Fetch anew at the next need."""
        self._found = self._asked_at = None

    def _is_due(self) -> bool:
        now = self._clock()
        if self._found is None or now >= self._found[1]:
            return True
        was_just_asked = self._asked_at is not None and now - self._asked_at < _BETWEEN_FETCHES
        return now >= self._found[1] - _EARLY and not was_just_asked

    async def _renew(self) -> None:
        self._asked_at = self._clock()
        try:
            self._found = await self._fetch()
        except NoKeysError:
            if self._found is None or self._clock() >= self._found[1]:
                raise

    async def _fetch(self) -> tuple[KeyPair, datetime]:
        try:
            reply = await self._ask()
            answer = orjson.loads(reply.body) if reply.status == _OK else {}
            keys = KeyPair(answer["AccessKeyId"], answer["SecretAccessKey"], answer["Token"])
            return keys, read_instant(answer["Expiration"])
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise NoKeysError(f"the credential endpoint gave no keys: {type(error).__name__}") from None

    async def _ask(self) -> Reply:
        """Ask once more, and at once, where the connection was gone, as after Lambda froze the process."""
        address, headers = _address(self._environ), _headers(self._environ)
        with suppress(ConnectionError):
            return await self._http.get(address, headers, timeout_s=_TIMEOUT_S)
        self._http.drop_idle(address)
        return await self._http.get(address, headers, timeout_s=_TIMEOUT_S)


def _address(environ: Mapping[str, str]) -> str:
    if relative := environ.get(_RELATIVE):
        return f"http://{_ECS}{relative}"
    full = environ.get(_FULL, "")
    address = urlsplit(full)
    if address.scheme != "https" and not (address.scheme == "http" and address.hostname in _LOCAL_HOSTS):
        raise NoKeysError(f"{_FULL} must be https, or one of the local addresses: {', '.join(sorted(_LOCAL_HOSTS))}")
    return full


def _headers(environ: Mapping[str, str]) -> dict[str, str]:
    token = environ.get(_TOKEN)
    if file := environ.get(_TOKEN_FILE):
        token = Path(file).read_text(encoding="utf-8")
    return {"accept": "application/json", **({"authorization": token} if token else {})}


def find_keys(
    given: Credentials | None,
    http: Http,
    clock: Callable[[], datetime],
    environ: Mapping[str, str] = os.environ,
) -> Keys:
    """Choose the keys to sign with: those given, else the environment's, else the container endpoint's.

    Raises:
        NoKeysError: there is no sign of any. Configuration files are not looked at: a Lambda has none, and a
            developer's must not reach one that runs on their machine.

    """
    if given is not None:
        secret, token = given.secret_access_key.get_secret_value(), given.session_token.get_secret_value()
        return FixedKeys(KeyPair(given.access_key_id, secret, token))
    if environ.get("AWS_ACCESS_KEY_ID") and environ.get("AWS_SECRET_ACCESS_KEY"):
        key_id, secret = environ["AWS_ACCESS_KEY_ID"], environ["AWS_SECRET_ACCESS_KEY"]
        return FixedKeys(KeyPair(key_id, secret, environ.get("AWS_SESSION_TOKEN")))
    if environ.get(_RELATIVE) or environ.get(_FULL):
        return RoleKeys(http, clock, environ)
    raise NoKeysError(f"there are no keys to sign with: neither AWS_ACCESS_KEY_ID nor {_FULL} is set")
