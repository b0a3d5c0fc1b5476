"""Settings: flags, `SENTINEL_*` variables, `~/.config/sentinel/config.toml`, and what `sentinel setup` keeps.

The first with a value wins.
"""

import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from sentinel.errors import UsageError
from sentinel.oidc.names import check_issuer_name, check_issuer_url, read_scopes
from sentinel.paths import xdg_directory
from sentinel.remote_server import RemoteServer, parse_remote_server
from shared.core.durations import STS_MAXIMUM, STS_MINIMUM, parse_duration

if TYPE_CHECKING:
    from sentinel.credentials.base import BaseCredentials
    from sentinel.credentials.caller import Caller

_NO_SERVER_HINT: Final = (
    "run `sentinel setup` with your team's file, pass --remote-server URL, set SENTINEL_REMOTE_SERVER, "
    'or write to {file}: remote_server = "https://abc123.execute-api.eu-central-1.amazonaws.com"'
)


_NO_ISSUER_HINT: Final = "set `issuer` (SENTINEL_ISSUER, --issuer) to the name your platform team gave it"


@dataclass(frozen=True, slots=True)
class Settings:
    """Flags, environment and file merged. None: not set."""

    config_file: Path
    remote_server: RemoteServer | None = None
    aws_profile: str | None = None
    region: str | None = None
    signing_service: str | None = None
    duration: timedelta | None = None
    authentication: Literal["sigv4", "oidc"] | None = None
    issuer: str | None = None
    oidc_issuer_url: str | None = None
    oidc_client_id: str | None = None
    oidc_scopes: tuple[str, ...] = ()
    oidc_audience: str | None = None
    oidc_token_file: str | None = None
    _base: list["BaseCredentials"] = field(default_factory=list, init=False, repr=False, compare=False)
    _caller: list["Caller"] = field(default_factory=list, init=False, repr=False, compare=False)

    def base(self) -> "BaseCredentials":
        """Return the caller's own credentials: one object for the whole command, so that they are found once."""
        if not self._base:
            # botocore takes a while to import, and `--help` needs none.
            from sentinel.credentials.base import BaseCredentials  # noqa: PLC0415 - see above

            self._base.append(BaseCredentials(self.aws_profile, self.region))
        return self._base[0]

    def caller(self) -> "Caller":
        """Return as whom requests are made: one object for the whole command.

        What is set decides, and nothing else: a login that has ended is never replaced by AWS credentials.

        Raises:
            UsageError: tokens are to be used, and no issuer is set.
            LoginError: this is inside `sentinel exec`.

        """
        if not self._caller:
            self._caller.append(self._find_caller())
        return self._caller[0]

    @property
    def uses_tokens(self) -> bool:
        """Whether requests carry a token instead of a signature."""
        if self.authentication is None:
            return self.issuer is not None or self.oidc_token_file is not None
        return self.authentication == "oidc"

    def _find_caller(self) -> "Caller":
        if self.uses_tokens:
            from sentinel.oidc.caller import find_caller  # noqa: PLC0415 - most callers sign

            if self.issuer is None:
                raise UsageError("no issuer is set, whose tokens Sentinel takes", _NO_ISSUER_HINT)
            bundle, audience = (lambda: self.base().ca_bundle()), self.oidc_audience
            return find_caller(self.server(), self.issuer, self.oidc_token_file, audience, bundle)
        from sentinel.credentials.caller import SigningCaller  # noqa: PLC0415 - `--help` needs none

        return SigningCaller(self.base(), self.signing_service)

    def server(self) -> RemoteServer:
        """Return the remote server.

        Raises:
            UsageError: none is set; the hint names the three ways to set it.

        """
        if self.remote_server is None:
            raise UsageError("no remote server is set", _NO_SERVER_HINT.format(file=self.config_file))
        return self.remote_server


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.isprintable():
        raise ValueError("write it as one line of text in quotes")
    return value


def _duration(value: Any) -> timedelta:
    duration = parse_duration(value)
    if not STS_MINIMUM <= duration <= STS_MAXIMUM:
        raise ValueError("STS issues sessions of 15m to 12h")
    return duration


def _authentication(value: Any) -> str:
    if value not in {"sigv4", "oidc"}:
        raise ValueError("it is sigv4 (your AWS credentials are used) or oidc (a login or a job's token)")
    return str(value)


_READERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "remote_server": lambda value: parse_remote_server(_text(value)),
    "aws_profile": _text,
    "region": _text,
    "signing_service": _text,
    "duration": _duration,
    "authentication": _authentication,
    "issuer": lambda value: check_issuer_name(_text(value)),
    "oidc_issuer_url": lambda value: check_issuer_url(_text(value)),
    "oidc_client_id": _text,
    "oidc_scopes": lambda value: read_scopes(_text(value)),
    "oidc_audience": _text,
    "oidc_token_file": _text,
}


SETTINGS: Final = tuple(_READERS)


def config_file(environ: Mapping[str, str]) -> Path:
    """Where the settings file is, whether or not it exists (XDG Base Directory Specification)."""
    return xdg_directory(environ, "XDG_CONFIG_HOME", ".config") / "config.toml"


def team_file(environ: Mapping[str, str]) -> Path:
    """Where `sentinel setup` keeps a team's settings, whether or not it has."""
    return config_file(environ).with_name("team.json")


def read_team(path: Path) -> dict[str, Any]:
    """Read what `sentinel setup` keeps; empty if there is no such file.

    Raises:
        UsageError: it is not what setup writes.

    """
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(kept, dict):
            return kept
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        pass
    raise UsageError(f"{path} cannot be read", "delete it, and run `sentinel setup` again")


def load_settings(flags: Mapping[str, Any], environ: Mapping[str, str]) -> Settings:
    """Merge the sources; an empty variable or absent flag counts as not set.

    Raises:
        UsageError: a source holds an unknown key or an invalid value; the message names the source.

    """
    path = config_file(environ)
    team = team_file(environ)
    kept = read_team(team)
    chosen = {name: _read(name, kept[name], f"{team}: {name}") for name in SETTINGS if name in kept}
    chosen |= _read_file(path)
    for name in _READERS:
        if value := environ.get(variable(name)):
            chosen[name] = _read(name, value, variable(name))
        if (flag := flags.get(name)) is not None:
            chosen[name] = _read(name, flag, f"--{name.replace('_', '-')}")
    return Settings(config_file=path, **chosen)


def variable(name: str) -> str:
    """Name the environment variable of a setting."""
    return f"SENTINEL_{name.upper()}"


def _read(name: str, value: Any, source: str) -> Any:
    try:
        return _READERS[name](value)
    except ValueError as error:
        raise UsageError(f"{source}: {error}") from None


def _read_file(path: Path) -> dict[str, Any]:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: {error}", "fix the file or move it away") from None
    for key in document.keys() - _READERS.keys():
        close = get_close_matches(key, _READERS, 1)
        known = f'did you mean "{close[0]}"?' if close else f"known keys: {', '.join(_READERS)}"
        raise UsageError(f'{path}: unknown key "{key}"', known)
    return {name: _read(name, value, f"{path}: {name}") for name, value in document.items()}
