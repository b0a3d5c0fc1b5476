"""Vended credentials kept between processes: AWS tools start a `credential_process` for every command of theirs.

The files are readable by their owner alone, in a folder only the owner may enter. A lock makes parallel starts wait
for the first one's answer, so that a burst of commands is one session.
"""

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import orjson
from pydantic import ValidationError

from sentinel.credentials import VendedCredentials
from sentinel.errors import UsageError

# botocore asks again when under 15 minutes remain: what it would not keep is not worth answering with.
MINIMUM_LIFE: Final = timedelta(minutes=15)


def cache_key(server: str, profile: str, duration: timedelta | None, access_key_id: str) -> str:
    """Name one caller's credentials of one profile; another login of the caller is another key."""
    parts = (server, profile, str(duration), access_key_id)
    return hashlib.sha256(orjson.dumps(parts)).hexdigest()[:40]


class CredentialCache:
    """Files in one private folder; `now` tells which of them still serve."""

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        self._folder = folder
        self._now = now

    def get(self, key: str, vend: Callable[[], VendedCredentials]) -> VendedCredentials:
        """Give the kept credentials, or what `vend` gives. Blocks while another process is vending for the same key.

        Raises:
            UsageError: the folder is not the caller's alone.

        """
        self._open_folder()
        with self._locked(key):
            kept = self._load(key)
            if kept is None:
                kept = vend()
                self._store(key, kept)
        return kept

    def _open_folder(self) -> None:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            found = self._folder.stat(follow_symlinks=False)
        except OSError as error:
            raise UsageError(
                f"{self._folder}: {error.strerror}", "make it a folder of yours, or use --no-cache"
            ) from None
        if found.st_uid != os.getuid() or found.st_mode & 0o077:
            raise UsageError(
                f"{self._folder} is open to others",
                f"chmod 700 {self._folder} and check what is in it, or use --no-cache",
            )

    @contextmanager
    def _locked(self, key: str) -> Iterator[None]:
        lock = os.open(self._folder / f"{key}.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _load(self, key: str) -> VendedCredentials | None:
        try:
            kept = VendedCredentials.model_validate_json((self._folder / f"{key}.json").read_bytes())
        except (OSError, ValidationError):
            return None
        return kept if kept.remaining(self._now()) > MINIMUM_LIFE else None

    def _store(self, key: str, credentials: VendedCredentials) -> None:
        self._drop_the_expired()
        if credentials.remaining(self._now()) <= MINIMUM_LIFE:
            return
        # mkstemp makes the file 0600 before anything is in it.
        handle, name = tempfile.mkstemp(dir=self._folder, prefix=key)
        with os.fdopen(handle, "wb") as file:
            file.write(orjson.dumps(credentials.as_service_answer()))
        Path(name).replace(self._folder / f"{key}.json")

    def _drop_the_expired(self) -> None:
        """Remove answers and locks older than any session: a login of another day has left them."""
        oldest = self._now() - timedelta(hours=12)
        for path in self._folder.iterdir():
            with suppress(OSError):
                if path.stat(follow_symlinks=False).st_mtime < oldest.timestamp() and path.suffix != ".lock":
                    path.unlink()
