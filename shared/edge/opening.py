"""A Lambda's AWS clients, opened as its settings say and traced as its invocations are."""

from collections.abc import Collection, Mapping

from shared.aws.clients import Clients, Service, open_clients
from shared.edge.settings import CommonSettings
from shared.edge.traces import subsegment


async def open_function_clients(
    settings: CommonSettings,
    region: str,
    services: Collection[Service] | Mapping[Service, int],
) -> Clients:
    """Open the clients of the services named; `services` is as `open_clients` takes them."""
    return await open_clients(
        region,
        subsegment,
        services,
        hedge_ratio=settings.hedge_ratio,
        timeout_s=settings.call_timeout,
    )
