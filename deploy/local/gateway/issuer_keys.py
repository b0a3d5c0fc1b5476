"""Public keys of token issuers, by discovery (OpenID Connect Discovery 1.0), kept for two hours as API Gateway does.

A key that an issuer withdraws is accepted until its copy ends. A key that is not among the copies is asked for, so that
an issuer can rotate its keys.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ssl import SSLContext
from typing import Any, Final

import aiohttp
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

_KEPT: Final = timedelta(hours=2)
_DISCOVERY: Final = "/.well-known/openid-configuration"
_LIMIT: Final = aiohttp.ClientTimeout(total=10)


class KeysUnavailableError(Exception):
    """The issuer's keys cannot be fetched, or what was fetched is not the issuer's."""


@dataclass(frozen=True, slots=True)
class IssuerKeys:
    """Fetches and keeps keys. `trusted` verifies the issuers' certificates; None: as the system does."""

    trusted: SSLContext | None = None
    _kept: dict[str, tuple[datetime, KeySet]] = field(default_factory=dict, init=False, repr=False)

    async def find_keys(self, issuer: str, kid: str, now: datetime) -> KeySet:
        """Return an issuer's keys.

        Raises:
            KeysUnavailableError: they cannot be fetched.

        """
        fetched_at, keys = self._kept.get(issuer, (None, KeySet([])))
        if fetched_at is None or now - fetched_at >= _KEPT or all(key.kid != kid for key in keys):
            keys = await self._fetch(issuer)
            self._kept[issuer] = (now, keys)
        return keys

    async def _fetch(self, issuer: str) -> KeySet:
        try:
            async with aiohttp.ClientSession(timeout=_LIMIT) as session:
                found = await self._get(session, f"{issuer.rstrip('/')}{_DISCOVERY}")
                if found["issuer"] != issuer:
                    raise KeysUnavailableError(f"{issuer} describes another issuer")
                return KeySet.import_key_set(await self._get(session, found["jwks_uri"]))
        except (aiohttp.ClientError, TimeoutError, JoseError, KeyError, TypeError, ValueError) as error:
            raise KeysUnavailableError(f"the keys of {issuer} cannot be fetched") from error

    async def _get(self, session: aiohttp.ClientSession, url: str) -> Any:
        async with session.get(url, ssl=self.trusted or True, allow_redirects=False, raise_for_status=True) as answer:
            return await answer.json(content_type=None)
