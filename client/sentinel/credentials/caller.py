"""As whom a request is made: what every way to authenticate offers, and the one that signs with AWS credentials."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from sentinel.remote_server import RemoteServer

if TYPE_CHECKING:
    from sentinel.credentials.base import BaseCredentials


class Caller(Protocol):
    """Authenticates requests. Every call may block: on a program, a lock, the network."""

    @property
    def prefix(self) -> str:
        """What goes between the server's base URL and an operation's path."""

    @property
    def refused_hint(self) -> str:
        """What to do where the gateway refuses the caller; empty where it is what AWS credentials need."""

    @property
    def description(self) -> str:
        """Say with what requests are authenticated, for people; no secret."""

    def headers(self, method: str, url: str, server: RemoteServer, body: bytes) -> Mapping[str, str]:
        """Make the headers that prove a request authentic, and the type of its body.

        Raises:
            BaseCredentialsError: there is nothing to authenticate with.

        """

    def renew(self) -> bool:
        """After the gateway refused: whether there is now something newer to authenticate with."""

    def forget(self) -> None:
        """Read from the source again next time."""

    def identity(self) -> str:
        """Name the caller on this machine, without a secret: another identity is another name.

        Raises:
            BaseCredentialsError: there is nothing to authenticate with.

        """


@dataclass(frozen=True, slots=True)
class SigningCaller:
    """Signs with the caller's own AWS credentials (SigV4)."""

    base: "BaseCredentials"
    service: str | None
    prefix: str = ""
    refused_hint: str = ""
    description: str = "sigv4, your AWS credentials"

    def headers(self, method: str, url: str, server: RemoteServer, body: bytes) -> Mapping[str, str]:
        return self.base.sign(method, url, server, self.service, body)

    def renew(self) -> bool:
        return False

    def forget(self) -> None:
        self.base.forget()

    def identity(self) -> str:
        return self.base.access_key_id()
