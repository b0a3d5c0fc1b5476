"""A caller with an OpenID Connect token: the routes of its issuer, and the header that carries it."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from sentinel.credentials.variables import INSIDE_EXEC
from sentinel.errors import LoginError, UsageError
from sentinel.oidc.kept import open_logins
from sentinel.oidc.login import Login
from sentinel.oidc.workload import file_token, job_token
from sentinel.paths import expand
from sentinel.remote_server import RemoteServer
from shared.clock import utc_now

_REFUSED: Final = (
    "run `sentinel login`; in a job or a pod check that the token's audience is one of the issuer's document, that it "
    "has not ended, and that this machine's clock is right"
)


class TokenSource(Protocol):
    """Where tokens come from. Every call may block."""

    @property
    def description(self) -> str:
        """Say what it is, for people; no secret."""

    def token(self) -> str:
        """Return a token as it may be sent.

        Raises:
            ClientError: there is no token.

        """

    def renew(self) -> bool:
        """After the last one was refused: whether there is another."""

    def identity(self) -> str:
        """Name whom the tokens are of, without a secret."""


@dataclass(frozen=True, slots=True)
class TokenCaller:
    """Sends a token to the routes of one issuer."""

    issuer: str
    source: TokenSource
    refused_hint: str = _REFUSED

    @property
    def prefix(self) -> str:
        return f"/as/{self.issuer}"

    @property
    def description(self) -> str:
        return f"oidc, {self.source.description}"

    def headers(self, method: str, url: str, server: RemoteServer, body: bytes) -> Mapping[str, str]:  # noqa: ARG002 - a Caller's
        if not f"{url.partition('?')[0]}/".startswith(f"{server.base}{self.prefix}/"):
            raise UsageError("a token goes to the routes of its issuer alone")
        content = {"Content-Type": "application/json"} if body else {}
        return {"Authorization": f"Bearer {self.source.token()}", **content}

    def renew(self) -> bool:
        return self.source.renew()

    def forget(self) -> None:
        """Do nothing: a source that can change is read at each use."""

    def identity(self) -> str:
        return f"oidc {self.issuer} {self.source.identity()}"


def find_caller(
    server: RemoteServer,
    issuer: str,
    token_file: str | None,
    audience: str | None,
    ca_bundle: Callable[[], str | None],
) -> TokenCaller:
    """Find the caller's token: the file that is set, the job's own, or the login.

    Raises:
        UsageError: the job's token needs an audience, and none is set.
        LoginError: this is inside `sentinel exec`, where the caller's own identity is hidden.

    """
    if INSIDE_EXEC in os.environ:
        raise LoginError("inside `sentinel exec` your own login is hidden", "run this in a shell outside of it")
    given = file_token(expand(token_file)) if token_file else job_token(os.environ, audience, ca_bundle, utc_now)
    return TokenCaller(issuer, given or Login(open_logins(), server.base, issuer, ca_bundle, utc_now))
