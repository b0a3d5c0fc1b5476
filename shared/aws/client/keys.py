"""The keys that requests are signed with, refreshed before they expire.

Hooks: `session.get_credentials()`, and `get_frozen_credentials()` and `refresh_needed()` of what it gives.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Final

from aiobotocore.session import AioSession
from botocore.credentials import ReadOnlyCredentials, RefreshableCredentials
from botocore.exceptions import BotoCoreError

from shared.aws.client.replies import NoKeysError

# Lambda may give keys that expire in 16 minutes, and the same ones again for a while, which the library would fetch
# again at every signature. So found keys are used for this long, in seconds, or until they expire.
_BETWEEN_LOOKS_S: Final = 30.0
_FAILURES: Final = (BotoCoreError, LookupError, OSError, RuntimeError, TypeError, ValueError)
# The library logs the endpoint's response to a failed fetch there.
logging.getLogger("aiobotocore.credentials").disabled = True


class Keys:
    """The keys of one session; the library fetches them 10 to 15 minutes before their end."""

    def __init__(self, open_session: Callable[[], AioSession], monotonic: Callable[[], float]) -> None:
        """Use `open_session` for the first session, and again after `forget`. `monotonic` gives seconds."""
        self._open_session, self._monotonic, self._lock = open_session, monotonic, asyncio.Lock()
        self._source: Any = None
        self._keys: ReadOnlyCredentials | None = None
        self._looked_at_s = 0.0

    async def current(self) -> ReadOnlyCredentials:
        """Give the keys; concurrent callers share one fetch.

        Raises:
            NoKeysError: no keys are available.

        """
        if self._is_due():
            async with self._lock:
                if self._is_due():
                    await self._look()
        return self._keys

    def forget(self) -> None:
        """Drop the keys, so that the next use fetches others, as a restored process must."""
        self._source = self._keys = None

    def _is_due(self) -> bool:
        if self._keys is None or not isinstance(self._source, RefreshableCredentials):
            return self._keys is None
        return self._monotonic() - self._looked_at_s >= _BETWEEN_LOOKS_S or bool(self._source.refresh_needed(1))

    async def _look(self) -> None:
        self._looked_at_s = self._monotonic()
        try:
            self._source = self._source or await self._open_session().get_credentials()
            self._keys = await self._source.get_frozen_credentials()
        except _FAILURES as error:
            # Keys are used until they expire if the next ones cannot be fetched.
            if self._keys is None or self._source.refresh_needed(1):
                raise NoKeysError(f"no keys were given: {type(error).__name__}") from None
