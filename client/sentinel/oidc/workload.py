"""The tokens that a platform gives to a job or a pod: from a file, a variable, or GitHub's own service.

Kubernetes writes a projected token as a link to a file that a group may read, and replaces both as it rotates. So a
link is followed and the mode is not judged: those who mount the file decide who reads it. It is read at each use.
"""

import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import quote

from sentinel.errors import LoginError, ProviderError, UsageError
from sentinel.oidc.tokens import TOKEN_LIMIT, MalformedTokenError, expiry_of, identity_of, read_token

TOKEN_VARIABLE: Final = "SENTINEL_OIDC_TOKEN"  # noqa: S105 - a name
_GITHUB_URL: Final = "ACTIONS_ID_TOKEN_REQUEST_URL"
_GITHUB_TOKEN: Final = "ACTIONS_ID_TOKEN_REQUEST_TOKEN"  # noqa: S105 - a name
_AHEAD: Final = timedelta(minutes=1)


@dataclass(slots=True)
class GivenToken:
    """A token that is read again at each use."""

    description: str
    read: Callable[[], str]
    _used: str | None = field(default=None, init=False, repr=False)

    def token(self) -> str:
        """Read the token.

        Raises:
            LoginError: there is no token, or what is there is not one.

        """
        try:
            self._used = read_token(self.read())
        except MalformedTokenError as error:
            raise LoginError(f"{self.description}: {error}", "check what the platform writes there") from None
        return self._used

    def renew(self) -> bool:
        refused = self._used
        return self.token() != refused

    def identity(self) -> str:
        try:
            return identity_of(self.token())
        except MalformedTokenError as error:
            raise LoginError(f"{self.description}: {error}", "check what the platform writes there") from None


@dataclass(slots=True)
class GitHubToken:
    """A token of GitHub Actions for one audience, asked for when the last one is about to end."""

    url: str = field(repr=False)
    bearer: str = field(repr=False)
    audience: str
    ca_bundle: Callable[[], str | None]
    now: Callable[[], datetime]
    _held: str | None = field(default=None, init=False, repr=False)
    description: str = field(default="token of this GitHub Actions job", init=False)

    def token(self) -> str:
        """Return a token of this job.

        Raises:
            ProviderError: GitHub does not give one.

        """
        if self._held is None or expiry_of(self._held) - self.now() <= _AHEAD:
            self._held = self._ask()
        return self._held

    def renew(self) -> bool:
        refused, self._held = self._held, None
        return self.token() != refused

    def identity(self) -> str:
        # The URL names the run and the job: no question to GitHub for what is kept of this job.
        return f"github {self.url}"

    def _ask(self) -> str:
        from sentinel.oidc.connection import Connection  # noqa: PLC0415 - the HTTP client, which a cached answer spares

        url = f"{self.url}{'&' if '?' in self.url else '?'}audience={quote(self.audience, safe='')}"
        headers = {"Authorization": f"Bearer {self.bearer}", "Accept": "application/json"}
        answer = Connection(self.ca_bundle()).get(url, headers)
        answer.raise_for_status()
        try:
            token = read_token(str(answer.json()["value"]))
            expiry_of(token)
        except (ValueError, KeyError, TypeError):
            raise ProviderError(
                "GitHub's answer has no token", "the job needs `permissions: id-token: write`"
            ) from None
        return token


def file_token(path: Path) -> GivenToken:
    """Read the token of a file at each use."""
    return GivenToken(f"token file {path}", lambda: _read(path))


def job_token(
    environ: Mapping[str, str], audience: str | None, ca_bundle: Callable[[], str | None], now: Callable[[], datetime]
) -> GivenToken | GitHubToken | None:
    """Find the token that this job was given by its environment; None if it has none.

    Raises:
        UsageError: it is GitHub's, and no audience is set.

    """
    if environ.get(TOKEN_VARIABLE):
        return GivenToken(f"token of {TOKEN_VARIABLE}", lambda: environ.get(TOKEN_VARIABLE, ""))
    url, bearer = environ.get(_GITHUB_URL), environ.get(_GITHUB_TOKEN)
    if not url or not bearer:
        return None
    if not audience:
        raise UsageError(
            "the audience of GitHub's token is not set",
            "set SENTINEL_OIDC_AUDIENCE to an audience of the issuer's document",
        )
    return GitHubToken(url, bearer, audience, ca_bundle, now)


def _read(path: Path) -> str:
    try:
        # Not to wait for a writer, should it be a pipe.
        with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise LoginError(f"token file {path} is not a file", "name the file itself in SENTINEL_OIDC_TOKEN_FILE")
            content = file.read(TOKEN_LIMIT + 1024)
    except OSError as error:
        raise LoginError(f"token file {path}: {error.strerror}", "check SENTINEL_OIDC_TOKEN_FILE") from None
    return content.decode("ascii", "replace")
