"""The caller's own AWS credentials, and SigV4 signatures with them.

These are the credentials a person already has (an Identity Center login, keys, a role on a machine), never the ones
Sentinel vended: see `base_chain`.
"""

import getpass
import os
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from threading import RLock
from typing import Any, Final

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import BotoCoreError, ClientError, ConfigParseError, ProfileNotFound
from botocore.session import Session

from sentinel.credentials.base_chain import ProfileConfig, login_example, open_chain, profile_config
from sentinel.credentials.variables import INSIDE_EXEC
from sentinel.errors import BaseCredentialsError, UsageError
from sentinel.remote_server import RemoteServer

# How many names of profiles an error lists.
_SHOWN: Final = 8
# The error codes by which AWS services deny a permission.
DENIED: Final = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError"})


class BaseCredentials:
    """Finds the caller's credentials once and keeps botocore's refreshing holder of them. May block on the network.

    Threads may share it: while one is finding credentials, which may run a program or ask for a one-time code, the
    others wait for what it finds, a failure included.
    """

    def __init__(self, aws_profile: str | None, region: str | None = None) -> None:
        self._aws_profile = aws_profile
        self._region = region
        self._session: Session | None = None
        self._may_ask = True
        self._has_asked = False
        # botocore's sessions are not for several threads at once.
        self._lock = RLock()
        self._failures = 0
        self._failure: BaseCredentialsError | None = None

    def sign(
        self, method: str, url: str, server: RemoteServer, service: str | None = None, body: bytes = b""
    ) -> Mapping[str, str]:
        """Make the headers that prove a request authentic, its body of JSON included (SigV4, header form).

        Raises:
            BaseCredentialsError: the chain finds no credentials, or what it finds cannot be used.
            UsageError: no source names the region to sign for.

        """
        content = {"Content-Type": "application/json"} if body else {}
        request = AWSRequest(method=method, url=url, data=body, headers=content)
        SigV4Auth(self._frozen(), service or server.signing_service, self.region_of(server)).add_auth(request)
        return dict(request.headers.items())

    def access_key_id(self) -> str:
        """Return the access key id, the public half of the key.

        Raises:
            BaseCredentialsError: the chain finds no credentials, or what it finds cannot be used.

        """
        return str(self._frozen().access_key)

    def profile_config(self) -> ProfileConfig:
        """Read the AWS profile the chain starts from.

        Raises:
            BaseCredentialsError: there is no such profile, or it leads back to sentinel.

        """
        with self._lock:
            return profile_config(self._open())

    def ca_bundle(self) -> str | None:
        """Name the CA bundle AWS tools use here, from the environment or the profile."""
        try:
            named = self._setting("ca_bundle")
        except BaseCredentialsError:
            # A broken chain is reported where its credentials are needed.
            named = os.environ.get("AWS_CA_BUNDLE")
        return named or os.environ.get("REQUESTS_CA_BUNDLE") or None

    def region(self) -> str | None:
        """Name the region AWS tools use here, from the environment or the profile.

        Raises:
            BaseCredentialsError: there is no such profile, or it leads back to sentinel.

        """
        # botocore reads AWS_DEFAULT_REGION; the other SDKs and the AWS CLI read this one.
        return os.environ.get("AWS_REGION") or self._setting("region") or None

    def open_client(self, service: str, region: str, config: Config) -> Any:
        """Open a botocore client that acts as the caller.

        Raises:
            BaseCredentialsError: the chain finds no credentials, or what it finds cannot be used.

        """
        self._frozen()
        with self._lock:
            try:
                return self._open().create_client(service, region_name=region, config=config)
            except (BotoCoreError, ValueError) as error:
                raise BaseCredentialsError(f"{service} in {region} cannot be reached: {error}") from None

    def forget(self) -> None:
        """Read the chain again next time: a refused key may have been replaced on disk since."""
        with self._lock:
            self._session = None

    @property
    def has_asked(self) -> bool:
        """Whether a one-time code was asked for. AWS takes each code once."""
        return self._has_asked

    def stop_asking(self) -> None:
        """Hand the terminal to a child process: from now on a prompt is an error instead."""
        self._may_ask = False

    def region_of(self, server: RemoteServer) -> str:
        """Name the region to sign for, from the server's host or else the settings.

        Raises:
            UsageError: no source names one.

        """
        region = server.region or self._region or self.region()
        if not region:
            raise UsageError(
                f"the region of {server.host} is not known",
                "pass --region REGION, or set SENTINEL_REGION: requests are signed for a region",
            )
        return region

    def _setting(self, name: str) -> str | None:
        with self._lock:
            value = self._open().get_config_variable(name)
            return None if value is None else str(value)

    def _open(self) -> Session:
        if self._session is None:
            try:
                self._session = open_chain(self._aws_profile, self._ask_code, lambda: self._may_ask)
            except BotoCoreError as error:
                raise _cannot_be_used(error, self._aws_profile) from None
        return self._session

    def _frozen(self) -> ReadOnlyCredentials:
        failures = self._failures
        with self._lock:
            if self._failure is not None and self._failures != failures:
                raise self._failure
            try:
                return self._find()
            except BaseCredentialsError as error:
                self.forget()
                self._failures, self._failure = self._failures + 1, error
                raise

    def _find(self) -> ReadOnlyCredentials:
        try:
            credentials = self._open().get_credentials()
            frozen = credentials.get_frozen_credentials() if credentials else None
        except (BotoCoreError, ClientError, ValueError) as error:
            raise _cannot_be_used(error, self._aws_profile) from None
        if frozen is None:
            raise _nothing_found(self._aws_profile)
        return frozen

    def _ask_code(self, prompt: str) -> str:
        if not self._may_ask:
            raise BaseCredentialsError(
                "your own AWS credentials have run out, and a new one-time code (MFA) would be needed",
                "end the command and start it again: it has the terminal now",
            )
        self._has_asked = True
        return getpass.getpass(prompt)


def _cannot_be_used(error: Exception, aws_profile: str | None) -> BaseCredentialsError:
    match error:
        case ProfileNotFound():
            closest = _closest(error.kwargs["profile"], Session().available_profiles)
            hint = f"--aws-profile, SENTINEL_AWS_PROFILE or AWS_PROFILE names it; {closest}"
        case ConfigParseError():
            hint = "AWS tools cannot read that file either: fix it"
        case _:
            hint = f"log in again ({login_example(aws_profile)})"
    return BaseCredentialsError(f"your own AWS credentials cannot be used: {error}", hint)


def _closest(name: str, known: Sequence[str]) -> str:
    if close := get_close_matches(name, known, 1):
        return f"did you mean {close[0]}?"
    return f"the AWS configuration has {', '.join(known[:_SHOWN])}" if known else "the AWS configuration has no profile"


def _nothing_found(aws_profile: str | None) -> BaseCredentialsError:
    if INSIDE_EXEC in os.environ:
        return BaseCredentialsError(
            "inside `sentinel exec` your own AWS credentials are hidden", "run this in a shell outside of it"
        )
    where = f"in the AWS profile {aws_profile}" if aws_profile else "in the environment, ~/.aws or this machine's role"
    return BaseCredentialsError(
        f"no AWS credentials of your own were found {where}",
        f"log in ({login_example(aws_profile)}), or pass --aws-profile",
    )
