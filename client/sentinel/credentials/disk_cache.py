"""Vended credentials cached between processes: AWS tools start a `credential_process` for each of their commands.

The files are readable by their owner alone, in a folder only the owner may enter. A lock makes parallel starts wait
for the first one's answer, so that a burst of commands is one session.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from sentinel.credentials.vended import CHECK_EVERY, WITHDRAWN, Held, VendedCredentials
from sentinel.errors import ClientError
from sentinel.paths import xdg_directory
from sentinel.system.files import open_private_folder
from sentinel.system.locks import locked
from shared.clock import utc_now

# botocore asks again when under 15 minutes remain.
MINIMUM_LIFE: Final = timedelta(minutes=15)
_LONGEST_SESSION: Final = timedelta(hours=12)
_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


class CachedVend(BaseModel):
    """A vend as its cache file stores it."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    server: str
    profile: str
    vended_at: AwareDatetime
    checked_at: AwareDatetime
    credentials: VendedCredentials

    def held(self) -> Held:
        return Held(self.credentials, self.vended_at, self.checked_at)

    def as_report(self) -> dict[str, Any]:
        """Describe it without its secrets."""
        known = {"access_key_id": self.credentials.access_key_id, "session_id": self.credentials.session_id}
        return self.model_dump(mode="json", exclude={"credentials"}) | known | {"ends_at": self.credentials.expires_at}


def cache_key(server: str, profile: str, duration: timedelta | None, access_key_id: str) -> str:
    """Name one caller's credentials of one profile; another login of the caller is another key."""
    parts = (server, profile, str(duration), access_key_id)
    return hashlib.sha256(orjson.dumps(parts)).hexdigest()[:40]


def open_cache() -> "CredentialCache":
    """Open the user's cache; nothing is made before it is used."""
    return CredentialCache(xdg_directory(os.environ, "XDG_CACHE_HOME", ".cache") / "credentials", utc_now)


class CredentialCache:
    """Files in one private folder; `now` is the clock for their expiry."""

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        self._folder = folder
        self._now = now

    def get(
        self,
        key: str,
        vend: Callable[[], VendedCredentials],
        is_current: Callable[[str], bool] = lambda _: True,
        *,
        server: str = "",
        profile: str = "",
    ) -> VendedCredentials:
        """Return the cached credentials, or those `vend` returns. Blocks while another process vends for the same key.

        `is_current` asks the service, at most once a minute, whether a session is still what a vend would give. Server
        and profile are stored with the credentials, for `drop` and `doubt`.

        Raises:
            UsageError: the folder is not the caller's alone.

        """
        open_private_folder(self._folder)
        with self._locked(key):
            now, kept = self._now(), self._load(key)
            held = None if kept is None else self._checked(key, kept, is_current, now)
            if held is not None and not held.wants_renewal(now, MINIMUM_LIFE):
                return held.credentials
            # After a refusal, wait before the next request.
            if kept is not None and held is not None and now - held.checked_at < CHECK_EVERY:
                return held.credentials
            try:
                credentials = vend()
            except ClientError as error:
                if kept is None or held is None or error.code in WITHDRAWN:
                    self._remove(key)
                    raise
                self._store(key, kept.model_copy(update={"checked_at": now}))
                return held.credentials
            self._drop_the_expired()
            kept = CachedVend(server=server, profile=profile, vended_at=now, checked_at=now, credentials=credentials)
            self._store(key, kept)
            return credentials

    def doubt(self, server: str) -> None:
        """Have each cached session of a server checked with the service before it is handed out again."""
        for key, kept in self._all(server):
            self._store(key, kept.model_copy(update={"checked_at": _NEVER}))

    def drop(self, server: str, is_gone: Callable[[CachedVend], bool]) -> None:
        """Remove the cached vends of a server for which `is_gone` is true."""
        for key, kept in self._all(server):
            if is_gone(kept):
                self._remove(key)

    def all(self) -> "list[CachedVend]":
        """Return what is cached and still valid, of every server."""
        return sorted((kept for _, kept in self._all()), key=lambda kept: (kept.profile, kept.server))

    def clear(self, profile: str | None = None) -> int:
        """Remove the cached vends of a profile, or all, and return how many there were."""
        removed = 0
        for key, kept in self._all():
            if profile is None or kept.profile == profile:
                self._remove(key)
                removed += 1
        return removed

    def _checked(self, key: str, kept: CachedVend, is_current: Callable[[str], bool], now: datetime) -> Held | None:
        """Ask about the session if that is due; None if it is no longer current."""
        held = kept.held()
        if not held.wants_check(now):
            return held
        if not is_current(str(held.credentials.session_id)):
            self._remove(key)
            return None
        if held.wants_renewal(now, MINIMUM_LIFE):
            return held  # new ones are requested anyway
        self._store(key, kept.model_copy(update={"checked_at": now}))
        return held.checked(now)

    def _locked(self, key: str) -> AbstractContextManager[None]:
        return locked(self._folder / f"{key}.lock")

    def _all(self, server: str | None = None) -> Iterator[tuple[str, CachedVend]]:
        """Iterate over the cached vends, of one server if it is named, each under its lock."""
        if not self._folder.exists():
            return
        open_private_folder(self._folder)
        for path in list(self._folder.glob("*.json")):
            with self._locked(path.stem):
                kept = self._load(path.stem)
                if kept is not None and server in (None, kept.server):
                    yield path.stem, kept

    def _load(self, key: str) -> CachedVend | None:
        try:
            kept = CachedVend.model_validate_json((self._folder / f"{key}.json").read_bytes())
        except (OSError, ValidationError):
            return None
        return kept if kept.held().is_valid(self._now()) else None

    def _store(self, key: str, kept: CachedVend) -> None:
        content = kept.model_dump(mode="json", exclude={"credentials"})
        # mkstemp makes the file 0600 before anything is in it.
        handle, name = tempfile.mkstemp(dir=self._folder, prefix=key)
        with os.fdopen(handle, "wb") as file:
            file.write(orjson.dumps({**content, "credentials": kept.credentials.as_service_answer()}))
        Path(name).replace(self._folder / f"{key}.json")

    def _remove(self, key: str) -> None:
        (self._folder / f"{key}.json").unlink(missing_ok=True)

    def _drop_the_expired(self) -> None:
        """Remove what other logins left. A lock stays: another process may be waiting at it."""
        oldest = (self._now() - _LONGEST_SESSION).timestamp()
        for path in self._folder.iterdir():
            with suppress(OSError):
                if path.suffix != ".lock" and path.stat(follow_symlinks=False).st_mtime < oldest:
                    path.unlink()
