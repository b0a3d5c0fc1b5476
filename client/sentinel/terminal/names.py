"""The names a caller uses: profiles, groups and open ids, kept on disk for completion, the picker and suggestions.

A key stroke reads what is kept and nothing else. What is old is renewed by a process of its own, which has no terminal
to ask on and prints nothing. The files hold names and no credentials, and only their owner reads them.
"""

import asyncio
import hashlib
import os
import subprocess
import sys
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypedDict

import orjson

from sentinel.errors import ClientError, Refusal
from sentinel.paths import xdg_directory
from sentinel.settings import Settings
from sentinel.system.files import open_private_folder
from sentinel.system.start import AWAY_FROM_THE_TERMINAL
from sentinel.terminal.options import run
from sentinel.terminal.output import accepted
from shared.clock import utc_now
from shared.core.membership import is_group_name

if TYPE_CHECKING:
    from sentinel.api.groups import GroupsOfUser
    from sentinel.api.responses import ProfileList

# What a key stroke shows is at most so old, if the service answers; a day later it is shown no more.
_FRESH_S: Final = 60.0
_SHOWN_S: Final = 86_400.0
# A renewal that has begun is given so long before another one begins.
_RENEWAL_S: Final = 30.0
_A_PAGE: Final = {"limit": "50"}
REFRESH: Final = "refresh-names"


class Profile(TypedDict):
    """A profile of the catalogue, as far as a name needs explaining."""

    access: str
    region: str | None
    description: str


class Names(TypedDict):
    """What is kept: profiles by name; groups and ids with a few words on each, by the kind of what has them."""

    profiles: dict[str, Profile]
    request: dict[str, str]
    event: dict[str, str]
    session: dict[str, str]
    group: dict[str, str]


def kept_names(settings: Settings) -> Names | None:
    """Read what is kept for these settings, and begin its renewal where it is old. Neither waits nor fails."""
    with suppress(ClientError, OSError):
        path = _path(settings)
        age_s = _age_s(path)
        if age_s > _FRESH_S:
            _renew_in_background(settings, path)
        if age_s < _SHOWN_S:
            return _read(path)
    return None


def region_of_profile(settings: Settings, profile: str) -> str | None:
    """Find the region the catalogue gives a profile. Not knowing it is no reason to refuse."""
    with suppress(ClientError):
        known = known_profiles(settings).get(profile)
        return known["region"] if known else None
    return None


def known_profiles(settings: Settings) -> Mapping[str, Profile]:
    """Return the catalogue: what is kept of it, or else as the service lists it now.

    Raises:
        RefusedError: the service refuses to list it.

    """
    kept = _recent(settings)
    return run(_list_profiles(settings)) if kept is None else kept["profiles"]


def known_groups(settings: Settings) -> Collection[str]:
    """Return the caller's groups: what is kept of them, or else as the service lists them now.

    Raises:
        RefusedError: the service refuses to list them.

    """
    kept = _recent(settings)
    return run(_list_groups(settings)) if kept is None else kept["group"]


def _recent(settings: Settings) -> Names | None:
    with suppress(ClientError, OSError):
        path = _path(settings)
        if _age_s(path) < _SHOWN_S:
            return _read(path)
    return None


def renew_names(settings: Settings) -> Names:
    """Ask the service for all names and keep them, if the folder allows it.

    Raises:
        RefusedError: the service refuses to list the profiles.

    """
    names = run(_fetch(settings))
    with suppress(ClientError, OSError):
        path = _path(settings)
        open_private_folder(path.parent)
        unfinished = path.with_suffix(f".{os.getpid()}")
        with open(unfinished, "wb", opener=_owner_only) as file:
            file.write(orjson.dumps(names))
        unfinished.replace(path)
    return names


def forget_names() -> None:
    """Remove what is kept for every server."""
    for path in _folder().glob("*"):
        path.unlink(missing_ok=True)


async def _list_profiles(settings: Settings) -> dict[str, Profile]:
    from sentinel.api.client import open_api  # noqa: PLC0415 - a key stroke needs no HTTP client

    async with open_api(settings) as api:
        return _profiles(await api.profiles())


async def _list_groups(settings: Settings) -> dict[str, str]:
    from sentinel.api.groups import open_group_api  # noqa: PLC0415 - as above

    async with open_group_api(settings) as api:
        return _own_groups(accepted(await api.of()))


async def _fetch(settings: Settings) -> Names:
    from sentinel.api.client import open_api  # noqa: PLC0415 - as above
    from sentinel.api.grants import EVENTS, REQUESTS  # noqa: PLC0415 - as above
    from sentinel.api.groups import GroupApi  # noqa: PLC0415 - as above
    from sentinel.api.sessions_client import SessionApi  # noqa: PLC0415 - as above

    async with open_api(settings) as api:
        profiles = await api.profiles()
        groups, pages = await asyncio.gather(
            GroupApi(api.transport).look(),
            asyncio.gather(
                api.page(REQUESTS, {"view": "mine", "status": "pending", **_A_PAGE}),
                api.page(REQUESTS, {"view": "mine", "status": "approved", **_A_PAGE}),
                api.page(REQUESTS, {"view": "approvable", "status": "pending", **_A_PAGE}),
                api.page(EVENTS, {"view": "mine", "status": "active", **_A_PAGE}),
                api.page(EVENTS, {"view": "reviewable", **_A_PAGE}),
                SessionApi(api.transport).page({"view": "mine", "status": "active", **_A_PAGE}),
            ),
        )
    mine, approved, approvable, active, reviewable, sessions = map(_open_ids, pages)
    return Names(
        profiles=_profiles(profiles),
        request=mine | approved | approvable,
        event=active | reviewable,
        session=sessions,
        group=_own_groups(groups),
    )


def _profiles(answer: "ProfileList | Refusal") -> dict[str, Profile]:
    return {
        each.name: Profile(access=each.access, region=each.region, description=each.description or "")
        for each in accepted(answer).rows
    }


def _own_groups(answer: "GroupsOfUser | Refusal") -> dict[str, str]:
    """Describe the groups that have no issuer by their names; of a refusal, nothing."""
    rows = () if isinstance(answer, Refusal) else answer.rows
    return {row.name: row.source for row in rows if is_group_name(row.name)}


def _open_ids(page: Any) -> dict[str, str]:
    """Describe a page's rows by their ids. A list that the service refuses offers none."""
    rows = () if isinstance(page, Refusal) else page.rows
    return {row.id: f"{row.status}: {row.user} on {row.profile}" for row in rows}


def _renew_in_background(settings: Settings, path: Path) -> None:
    open_private_folder(path.parent)
    begun = path.with_suffix(".begun")
    if _age_s(begun) < _RENEWAL_S:
        return
    begun.touch(mode=0o600)
    subprocess.Popen(  # noqa: S603 - this program, and never one in the current folder (-P)
        [sys.executable, "-P", "-m", "sentinel", "completion", REFRESH, *_flags(settings)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={name: value for name, value in os.environ.items() if not name.endswith("_COMPLETE")},
        **AWAY_FROM_THE_TERMINAL,
    )


def _flags(settings: Settings) -> list[str]:
    """Write the settings that flags may have given."""
    given = {
        "--remote-server": settings.server().base,
        "--aws-profile": settings.aws_profile,
        "--authentication": settings.authentication,
        "--issuer": settings.issuer,
        "--region": settings.region,
        "--signing-service": settings.signing_service,
    }
    return [word for name, value in given.items() if value for word in (name, value)]


def _path(settings: Settings) -> Path:
    """Name the file of these settings. The caller's own credentials are not resolved: that may ask or take long."""
    whose = settings.aws_profile, os.environ.get("AWS_PROFILE"), os.environ.get("AWS_CONFIG_FILE")
    token = (settings.issuer, settings.oidc_token_file) if settings.uses_tokens else ()
    key = orjson.dumps([settings.server().base, *whose, *token])
    return _folder() / f"{hashlib.sha256(key).hexdigest()[:40]}.json"


def _folder() -> Path:
    return xdg_directory(os.environ, "XDG_CACHE_HOME", ".cache") / "names"


def _age_s(path: Path) -> float:
    try:
        return abs(utc_now().timestamp() - path.stat().st_mtime)
    except OSError:
        return float("inf")


def _read(path: Path) -> Names | None:
    try:
        names: Any = orjson.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return Names(**names) if isinstance(names, dict) and names.keys() == Names.__annotations__.keys() else None  # type: ignore[typeddict-item]  # written by us


def _owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
