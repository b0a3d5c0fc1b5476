"""The environment of a shell that takes a profile's credentials as keys, and the way back.

Keys in the environment go before every source that is asked later (files, containers, the machine's role), so only the
variables that would outrank or mix with them are removed. The caller's own `AWS_PROFILE` is one: the JavaScript SDK
prefers it to keys. It is remembered, so that the next `sentinel env` signs with it and `--unset` brings it back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Final

from sentinel.credentials.child_environment import EnvironmentChange
from sentinel.credentials.variables import (
    CREDENTIAL_VARIABLES,
    ENV_AWS_PROFILE,
    ENV_KEY,
    ENV_SET,
    INSIDE_ENV,
    RESOLVING,
)
from sentinel.credentials.vended import VendedCredentials

_KEY: Final = "AWS_ACCESS_KEY_ID"
_KEYS: Final = (
    _KEY,
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_ACCOUNT_ID",
)
_MARKS: Final = (INSIDE_ENV, ENV_KEY, ENV_SET, ENV_AWS_PROFILE)
_REGIONS: Final = ("AWS_REGION", "AWS_DEFAULT_REGION")
_SETTINGS: Final = frozenset({*_REGIONS, "SENTINEL_REGION", "SENTINEL_AWS_PROFILE"})
_INSTANT: Final = "%Y-%m-%dT%H:%M:%SZ"
# Sources that SDKs ask after keys in the environment. The caller's own credentials may come from them.
_ASKED_LATER: Final = frozenset(
    {
        "AWS_ROLE_ARN",
        "AWS_ROLE_SESSION_NAME",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_LOGIN_CACHE_DIRECTORY",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_EC2_METADATA_SERVICE_ENDPOINT",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_CONFIG_FILE",
        "AWS_CREDENTIAL_PROFILES_FILE",
        "CPL_AWS_CREDENTIALS_FILE",
        "SENTINEL_OIDC_TOKEN",
        "SENTINEL_OIDC_TOKEN_FILE",
        RESOLVING,
    }
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What keys lack: the profile's region, and how the caller signs where the environment would now say otherwise."""

    region: str | None
    base_profile: str
    signing_region: str | None


def change_for_shell(
    profile: str, vended: VendedCredentials, around: Surroundings, environ: Mapping[str, str]
) -> EnvironmentChange:
    """Return the change by which a shell runs as a profile until the credentials end."""
    put = {
        _KEY: vended.access_key_id,
        "AWS_SECRET_ACCESS_KEY": vended.secret_access_key.get_secret_value(),
        "AWS_SESSION_TOKEN": vended.token.get_secret_value(),
        "AWS_CREDENTIAL_EXPIRATION": vended.expires_at.astimezone(UTC).strftime(_INSTANT),
        INSIDE_ENV: profile,
        ENV_KEY: vended.access_key_id,
    }
    if vended.account_id:
        put["AWS_ACCOUNT_ID"] = vended.account_id
    own_profile = environ.get("AWS_PROFILE") or environ.get("AWS_DEFAULT_PROFILE")
    if own_profile:
        put[ENV_AWS_PROFILE] = own_profile
    before = _set_before(environ)
    settings = {
        **(dict.fromkeys(_REGIONS, around.region) if own_region(environ) is None else {}),
        "SENTINEL_REGION": around.signing_region,
        "SENTINEL_AWS_PROFILE": own_profile if own_profile == around.base_profile else None,
    }
    ours = {name: value for name, value in settings.items() if value and (name in before or not environ.get(name))}
    kept = [name for name in before if name not in _REGIONS and name not in ours]
    if ours or kept:
        put |= {**ours, ENV_SET: ",".join([*ours, *kept])}
    removed = (CREDENTIAL_VARIABLES.keys() - _ASKED_LATER | before & set(_REGIONS)) - put.keys()
    return EnvironmentChange(put, tuple(sorted(removed)))


def change_back(environ: Mapping[str, str]) -> EnvironmentChange:
    """Return the change that undoes `change_for_shell`. Keys that the caller set since then stay."""
    removed = {name for name in (*_MARKS, *_set_before(environ)) if name in environ}
    if ENV_KEY in environ and environ.get(_KEY) == environ[ENV_KEY]:
        removed |= {name for name in _KEYS if name in environ}
    own_profile = environ.get(ENV_AWS_PROFILE)
    put = {"AWS_PROFILE": own_profile} if own_profile and not environ.get("AWS_PROFILE") else {}
    return EnvironmentChange(put, tuple(sorted(removed)))


def own_region(environ: Mapping[str, str]) -> str | None:
    """Return the region the caller set; one that `sentinel env` set is not theirs."""
    before = _set_before(environ)
    return next((environ[name] for name in _REGIONS if environ.get(name) and name not in before), None)


def _set_before(environ: Mapping[str, str]) -> set[str]:
    """Name the settings that an earlier `sentinel env` set in this shell."""
    return set(environ.get(ENV_SET, "").split(",")) & _SETTINGS
