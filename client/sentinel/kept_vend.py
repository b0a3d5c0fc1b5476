"""Credentials of a profile for one process that needs them once: the kept ones while they serve, or a new vend."""

import os

from sentinel.aws import BaseCredentials
from sentinel.cache import CredentialCache, cache_key
from sentinel.clock import utc_now
from sentinel.credentials import VendedCredentials
from sentinel.options import run
from sentinel.output import accepted
from sentinel.settings import Settings, xdg_directory


def vend_kept(settings: Settings, profile: str) -> VendedCredentials:
    """Take the credentials an earlier call left in the cache, or vend and keep new ones.

    Raises:
        RefusedError: the service refuses.

    """
    server = settings.server()
    base = BaseCredentials(settings.aws_profile, settings.region)
    cache = CredentialCache(xdg_directory(os.environ, "XDG_CACHE_HOME", ".cache") / "credentials", utc_now)
    key = cache_key(server.base, profile, settings.duration, base.access_key_id())
    return cache.get(key, lambda: vend(settings, profile, base))


def vend(settings: Settings, profile: str, base: BaseCredentials | None = None) -> VendedCredentials:
    """Vend new credentials.

    Raises:
        RefusedError: the service refuses.

    """
    # A cached answer needs no HTTP client, and importing one is half of a start.
    from sentinel.api import open_api  # noqa: PLC0415 - see above

    async def ask() -> VendedCredentials:
        async with open_api(settings, base) as api:
            return accepted(await api.vend(profile, settings.duration))

    return run(ask())
