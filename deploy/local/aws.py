"""Access keys in the local account, and calls to the emulator with them; secrets never appear in a repr."""

import secrets
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from aiobotocore.session import get_session
from botocore.loaders import create_loader

from deploy.local.strict import expect_long_term_keys

_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
# What the library knows of each service is read once, not for each client: that took most of a client's making.
_DATA: Final = create_loader()


@dataclass(frozen=True, slots=True)
class Keys:
    """An access key; with a session token and an expiry if it is temporary."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)
    expires_at: datetime | None = None

    @property
    def client_arguments(self) -> Mapping[str, Any]:
        """The keys as keyword arguments of botocore's clients."""
        return {
            "aws_access_key_id": self.access_key_id,
            "aws_secret_access_key": self.secret_access_key,
            "aws_session_token": self.session_token,
        }


def new_access_key() -> Keys:
    """Create a long-lived access key in IAM's format."""
    identifier = "".join(secrets.choice(_ALPHABET) for _ in range(16))
    return Keys(f"AKIA{identifier}", secrets.token_urlsafe(30))


def new_name(length: int) -> str:
    """Create an id of lower-case letters and digits, as API Gateway does for APIs."""
    return "".join(secrets.choice("abcdefghijklmnopqrstuvwxyz0123456789") for _ in range(length))


@dataclass(frozen=True, slots=True)
class LocalAws:
    """An endpoint, a region and the keys to sign with."""

    endpoint: str
    region: str
    keys: Keys

    def client(self, service: str) -> AbstractAsyncContextManager[Any]:
        """Open a client of a service; use it in `async with`."""
        session = get_session()
        session.register_component("data_loader", _DATA)
        if self.keys.session_token is None:
            expect_long_term_keys(session)
        client: AbstractAsyncContextManager[Any] = session.create_client(
            service,
            region_name=self.region,
            endpoint_url=self.endpoint,
            **self.keys.client_arguments,
        )
        return client

    async def assume(self, role_arn: str, session_name: str, duration_s: int = 3600) -> Keys:
        """Assume a role; returns the session's keys."""
        async with self.client("sts") as sts:
            answer = await sts.assume_role(RoleArn=role_arn, RoleSessionName=session_name, DurationSeconds=duration_s)
        found = answer["Credentials"]
        return Keys(found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"], found["Expiration"])
