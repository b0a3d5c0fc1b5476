"""botocore's chain of credential sources, with three rules of ours.

- What is vended is never a source: our loopback endpoint and the keys of `sentinel env` are skipped, a profile that
  asks `sentinel` is refused. Only where `AWS_PROFILE` itself names such a profile is the chain followed as if it named
  none: AWS tools start the program of a profile with the very variable that chose it.
- A program the chain starts is marked, so that a `sentinel` it leads to detects the loop. The mark is in that program's
  environment alone, because other threads read this process's environment.
- The caller decides what may be asked on the terminal: a one-time code is read by `ask_code`.
"""

import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from botocore.compat import compat_shell_split
from botocore.credentials import AssumeRoleProvider, ProcessProvider, ProfileProviderBuilder
from botocore.session import Session

from sentinel.credentials.variables import ENDPOINT_PATH, ENV_KEY, RESOLVING
from sentinel.errors import BaseCredentialsError
from sentinel.remote_server import is_loopback
from sentinel.system.start import AWAY_FROM_THE_TERMINAL, join_words

_FULL_URI: Final = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
_LOOP_HINT: Final = "name a profile with credentials of your own: --aws-profile NAME, or SENTINEL_AWS_PROFILE"
Profiles = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class ProfileConfig:
    """An AWS profile as botocore reads it, and the `[services …]` section it names. A nested setting is a mapping."""

    name: str
    settings: Mapping[str, Any]
    services: Mapping[str, Mapping[str, Any]]


def open_chain(
    aws_profile: str | None, ask_code: Callable[[str], str], may_use_terminal: Callable[[], bool]
) -> Session:
    """Open a session of botocore's whose credentials are the caller's own.

    Raises:
        BaseCredentialsError: the chain leads back to sentinel.

    """
    if RESOLVING in os.environ:
        raise BaseCredentialsError("sentinel was asked for credentials by sentinel itself", _LOOP_HINT)
    session = Session(profile=aws_profile)
    profiles: Profiles = session.full_config["profiles"]
    if aws_profile is None and _asks_sentinel(profiles.get(session.get_config_variable("profile") or "", {})):
        session = Session(session_vars={"profile": (None, [], None, None)})
    _refuse_a_loop(profile_name(session), profiles)
    resolver = session.get_component("credential_provider")
    if _is_our_endpoint(os.environ.get(_FULL_URI, "")):
        resolver.remove("container-role")
    if os.environ.get(ENV_KEY) and os.environ.get(ENV_KEY) == os.environ.get("AWS_ACCESS_KEY_ID"):
        resolver.remove("env")
    builder = _MarkingBuilder(session, may_use_terminal)
    for provider in resolver.providers:
        if isinstance(provider, ProcessProvider):
            provider._popen = builder.start  # noqa: SLF001 - an argument of its constructor, which botocore calls itself
        elif isinstance(provider, AssumeRoleProvider):
            provider._prompter = ask_code  # noqa: SLF001 - as above
            provider._profile_provider_builder = builder  # noqa: SLF001 - as above
    return session


def profile_name(session: Session) -> str:
    """Name the AWS profile a chain starts from."""
    return str(session.get_config_variable("profile") or "default")


def profile_config(session: Session) -> ProfileConfig:
    """Read the profile a chain starts from."""
    name = profile_name(session)
    settings = session.full_config["profiles"].get(name, {})
    return ProfileConfig(name, settings, session.full_config.get("services", {}).get(settings.get("services"), {}))


def named_profile() -> str | None:
    """Name the caller's own profile that the environment chooses; None if it chooses none, or one of Sentinel's."""
    session = Session()
    name = session.get_config_variable("profile") or None
    return None if name is None or _asks_sentinel(session.full_config["profiles"].get(name, {})) else str(name)


def login_example(aws_profile: str | None) -> str:
    """Show a way to log in; without a profile `aws` takes the one that the environment names, as we do."""
    return "for example: aws sso login" + (f" --profile {join_words([aws_profile])}" if aws_profile else "")


class _MarkingBuilder(ProfileProviderBuilder):  # type: ignore[misc]  # botocore has no types
    """Makes the sources of a profile; the program of one is started with our mark."""

    def __init__(self, session: Session, may_use_terminal: Callable[[], bool]) -> None:
        super().__init__(session, cache={})
        self._may_use_terminal = may_use_terminal

    def start(self, command: list[str], **options: Any) -> subprocess.Popen[bytes]:
        """Start a `credential_process`, detached from the terminal if a child process has it."""
        environ = {**os.environ, RESOLVING: str(os.getpid())}
        away: dict[str, Any] = (
            {} if self._may_use_terminal() else {"stdin": subprocess.DEVNULL, **AWAY_FROM_THE_TERMINAL}
        )
        # The command is the user's own configuration.
        started: subprocess.Popen[bytes] = subprocess.Popen(command, env=environ, **away, **options)  # noqa: S603
        return started

    def _create_process_provider(self, profile_name: str) -> ProcessProvider:
        return ProcessProvider(profile_name, lambda: self._session.full_config, self.start)


def _refuse_a_loop(name: str, profiles: Profiles) -> None:
    """Follow `source_profile` from the base profile; the mark catches what this cannot see."""
    seen = set[str]()
    while name in profiles and name not in seen:
        seen.add(name)
        if _asks_sentinel(profiles[name]):
            raise BaseCredentialsError(f"the AWS profile {name} gets its credentials from sentinel itself", _LOOP_HINT)
        name = str(profiles[name].get("source_profile", ""))


def _asks_sentinel(profile: Mapping[str, Any]) -> bool:
    try:
        words = compat_shell_split(str(profile.get("credential_process", "")))
    except ValueError:
        return False
    return bool(words) and (Path(words[0]).stem.lower() == "sentinel" or ["-m", "sentinel"] in (words[1:3], words[2:4]))


def _is_our_endpoint(uri: str) -> bool:
    parts = urlsplit(uri)
    return parts.path == ENDPOINT_PATH and is_loopback(parts.hostname or "")
