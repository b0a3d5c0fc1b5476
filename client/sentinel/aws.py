"""The caller's own AWS credentials and SigV4 signatures. The client's only use of botocore for them.

These are the credentials a person already has (an Identity Center login, keys, a role on a machine), found by
botocore's chain. They are never the ones Sentinel vended: a loopback endpoint of ours in the environment is ignored,
and a profile whose `credential_process` leads back to `sentinel` is refused before it loops.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

from sentinel.errors import BaseCredentialsError, UsageError
from sentinel.loopback import ENDPOINT_PATH, INSIDE_EXEC, RESOLVING
from sentinel.remote_server import RemoteServer, is_loopback

_FULL_URI: Final = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
_LOOP_HINT: Final = "name a profile with credentials of your own: --aws-profile NAME, or SENTINEL_AWS_PROFILE"


class BaseCredentials:
    """Finds the caller's credentials once and keeps botocore's refreshing holder of them. May block on the network."""

    def __init__(self, aws_profile: str | None, region: str | None = None) -> None:
        self._aws_profile = aws_profile
        self._region = region
        self._session: Session | None = None

    def sign(
        self, method: str, url: str, server: RemoteServer, service: str | None = None, body: bytes = b""
    ) -> Mapping[str, str]:
        """Make the headers that prove a request authentic, its body of JSON included (SigV4, header form).

        Raises:
            BaseCredentialsError: the chain finds no credentials, or what it finds cannot be used.
            UsageError: nobody says which region to sign for.

        """
        content = {"Content-Type": "application/json"} if body else {}
        request = AWSRequest(method=method, url=url, data=body, headers=content)
        SigV4Auth(self._frozen(), service or server.signing_service, self.region_of(server)).add_auth(request)
        return dict(request.headers.items())

    def access_key_id(self) -> str:
        """Whose credentials these are; the public half of the key."""
        return str(self._frozen().access_key)

    def open_client(self, service: str, region: str, config: Config) -> Any:
        """Open a botocore client that acts as the caller.

        Raises:
            BaseCredentialsError: the chain finds no credentials, or what it finds cannot be used.

        """
        self._frozen()
        try:
            return self._open().create_client(service, region_name=region, config=config)
        except (BotoCoreError, ValueError) as error:
            raise BaseCredentialsError(f"{service} in {region} cannot be reached: {error}") from None

    def forget(self) -> None:
        """Start the chain afresh next time: a key refused may have been replaced on disk since."""
        self._session = None

    def region_of(self, server: RemoteServer) -> str:
        """Name the region to sign for: the server's host says it, or the settings do.

        Raises:
            UsageError: nobody does.

        """
        region = server.region or self._region or os.environ.get("AWS_REGION")
        region = region or self._open().get_config_variable("region")
        if not region:
            raise UsageError(
                f"the region of {server.host} is not known",
                "pass --region REGION, or set SENTINEL_REGION: requests are signed for a region",
            )
        return str(region)

    def _open(self) -> Session:
        if self._session is None:
            session = Session(profile=self._aws_profile)
            _refuse_a_loop(session)
            if _is_our_endpoint(os.environ.get(_FULL_URI, "")):
                session.get_component("credential_provider").remove("container-role")
            self._session = session
        return self._session

    def _frozen(self) -> ReadOnlyCredentials:
        try:
            with _resolving():
                credentials = self._open().get_credentials()
                frozen = credentials.get_frozen_credentials() if credentials else None
        except (BotoCoreError, ClientError, ValueError) as error:
            self.forget()
            raise BaseCredentialsError(
                f"your own AWS credentials cannot be used: {error}", "log in again (for example: aws sso login)"
            ) from None
        if frozen is None:
            self.forget()
            raise _nothing_found(self._aws_profile)
        return frozen


def base_profile_name(aws_profile: str | None, environ: Mapping[str, str]) -> str:
    """Name the AWS profile the chain starts from, in botocore's order."""
    return aws_profile or environ.get("AWS_DEFAULT_PROFILE") or environ.get("AWS_PROFILE") or "default"


def _nothing_found(aws_profile: str | None) -> BaseCredentialsError:
    if INSIDE_EXEC in os.environ:
        return BaseCredentialsError(
            "inside `sentinel exec` your own AWS credentials are hidden", "run this in a shell outside of it"
        )
    where = f"in the AWS profile {aws_profile}" if aws_profile else "in the environment, ~/.aws or this machine's role"
    return BaseCredentialsError(
        f"no AWS credentials of your own were found {where}",
        "log in (for example: aws sso login), or pass --aws-profile",
    )


@contextmanager
def _resolving() -> Iterator[None]:
    """Mark this process, so that a `sentinel` the chain starts (a `credential_process`) knows it is in a loop."""
    if os.environ.get(RESOLVING) not in {None, str(os.getpid())}:
        raise BaseCredentialsError("sentinel was asked for credentials by sentinel itself", _LOOP_HINT)
    os.environ[RESOLVING] = str(os.getpid())
    try:
        yield
    finally:
        os.environ.pop(RESOLVING, None)


def _refuse_a_loop(session: Session) -> None:
    """Follow `source_profile` from the base profile; the marker of `_resolving` catches what this cannot see."""
    profiles: Mapping[str, Mapping[str, Any]] = session.full_config.get("profiles", {})
    name, seen = session.get_config_variable("profile") or "default", set[str]()
    while name in profiles and name not in seen:
        seen.add(name)
        words = str(profiles[name].get("credential_process", "")).split()
        if words and (Path(words[0]).name == "sentinel" or words[1:3] == ["-m", "sentinel"]):
            raise BaseCredentialsError(f"the AWS profile {name} gets its credentials from sentinel itself", _LOOP_HINT)
        name = str(profiles[name].get("source_profile", ""))


def _is_our_endpoint(uri: str) -> bool:
    parts = urlsplit(uri)
    return parts.path == ENDPOINT_PATH and is_loopback(parts.hostname or "")
