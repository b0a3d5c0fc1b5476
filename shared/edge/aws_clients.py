"""A Lambda's AWS clients, opened by its settings and traced with its invocations."""

from collections.abc import Collection, Mapping

from shared.aws.clients import Clients, Service, open_clients
from shared.aws.ssm.read_through import CacheLimits
from shared.edge.settings import CommonSettings, Settings
from shared.edge.traces import subsegment


async def open_function_clients(
    settings: CommonSettings,
    region: str,
    services: Collection[Service] | Mapping[Service, int],
) -> Clients:
    """Open the clients of these services; `services` is as for `open_clients`."""
    return await open_clients(
        region,
        subsegment,
        services,
        hedge_ratio=settings.hedge_ratio,
        timeout_s=settings.call_timeout,
    )


def cache_limits(settings: Settings) -> CacheLimits:
    """Give the limits of the document cache. A read may take as long as both attempts of a call."""
    return CacheLimits(
        ttl_s=settings.document_ttl,
        max_stale_s=settings.document_max_stale,
        read_timeout_s=2 * settings.call_timeout,
    )
