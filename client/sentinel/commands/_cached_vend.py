"""Credentials of a profile for one process that needs them once: the kept ones while they serve, or a new vend."""

from sentinel.credentials.disk_cache import cache_key, open_cache
from sentinel.credentials.vended import VendedCredentials
from sentinel.settings import Settings
from sentinel.terminal.options import run
from sentinel.terminal.output import accepted


def vend_kept(settings: Settings, profile: str) -> VendedCredentials:
    """Take the credentials an earlier call left in the cache, by the rule of `renewal`, or vend and keep new ones.

    Raises:
        RefusedError: the service refuses.

    """
    server = settings.server()
    key = cache_key(server.base, profile, settings.duration, settings.base().access_key_id())
    return open_cache().get(
        key,
        lambda: vend(settings, profile),
        lambda session_id: _stands(settings, session_id),
        server=server.base,
        profile=profile,
    )


def vend(settings: Settings, profile: str) -> VendedCredentials:
    """Vend new credentials.

    Raises:
        RefusedError: the service refuses.

    """
    # A cached answer needs no HTTP client, and importing one is half of a start.
    from sentinel.api.client import open_api  # noqa: PLC0415 - see above

    async def ask() -> VendedCredentials:
        async with open_api(settings) as api:
            return accepted(await api.vend(profile, settings.duration))

    return run(ask())


def _stands(settings: Settings, session_id: str) -> bool:
    from sentinel.api.client import open_api  # noqa: PLC0415 - as above

    async def ask() -> bool:
        async with open_api(settings) as api:
            return await api.session_stands(session_id)

    return run(ask())
