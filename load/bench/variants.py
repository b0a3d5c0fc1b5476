"""Ours, and ours without each of the things that make it quick."""

import asyncio
import os
import socket
from collections.abc import Callable, Collection, Mapping
from contextlib import AsyncExitStack, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from unittest.mock import patch

from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession
from aiohttp import TCPConnector

from load.bench.sequential import SequentialHandler
from load.bench.work import Invocation, vend_environment
from services.vend import handler as vend
from shared.aws.clients import Observe, Service
from shared.aws.wire import http
from shared.aws.wire.client import AwsClient

Handler = Callable[[Any, Any], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to vend. `open` gives the handler; `is_hedged` says that some calls are made twice."""

    title: str
    open: Callable[[], Handler]
    is_hedged: bool = False


def _ours(**settings: str) -> Handler:
    return vend.wire({**vend_environment(), **settings}, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123 - for the life of the process


def _traced() -> Handler:
    """Vend with every invocation sampled, and a daemon's socket that takes the datagrams."""
    daemon = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    daemon.bind(("127.0.0.1", 0))
    os.environ["AWS_XRAY_DAEMON_ADDRESS"] = f"127.0.0.1:{daemon.getsockname()[1]}"
    os.environ["_X_AMZN_TRACE_ID"] = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
    handler = _ours()

    def traced(event: dict[str, Any], context: Invocation) -> dict[str, Any]:
        answer = handler(event, context)
        daemon.recv(1 << 16)
        return answer

    return traced


def _one_call_at_a_time() -> Handler:
    handler, turn, call = _ours(), asyncio.Lock(), AwsClient.call

    async def in_turn(client: AwsClient, operation: Any, parameters: Mapping[str, Any]) -> Any:
        async with turn:
            return await call(client, operation, parameters)

    setattr(AwsClient, call.__name__, in_turn)
    return handler


def _new_connections() -> Handler:
    with patch.object(http, "TCPConnector", partial(_closing_connector)):
        return _ours()


def _closing_connector(**options: Any) -> TCPConnector:
    del options["keepalive_timeout"]
    return TCPConnector(force_close=True, **options)


def _aiobotocore() -> Handler:
    with patch.object(vend, "open_clients", _open_aiobotocore):
        return _ours()


class _AioClients:
    """Clients of aiobotocore's own, tuned no further than its settings go."""

    def __init__(self, opened: Mapping[Service, Any], stack: AsyncExitStack) -> None:
        self.dynamodb, self.ssm, self.sts = (
            opened[service] for service in (Service.DYNAMODB, Service.SSM, Service.STS)
        )
        self.aclose = stack.aclose


async def _open_aiobotocore(
    region: str,
    _observe: Observe = nullcontext,
    services: Collection[Service] = (),
    **_: Any,
) -> _AioClients:
    stack, session = AsyncExitStack(), AioSession()
    config = AioConfig(connect_timeout=1, read_timeout=3, max_pool_connections=50, retries={"total_max_attempts": 2})
    opened = {
        service: await stack.enter_async_context(
            session.create_client(service.value, region_name=region, config=config),
        )
        for service in services
    }
    return _AioClients(opened, stack)


def _sequential() -> Handler:
    return SequentialHandler(vend_environment())


VARIANTS: Final[Mapping[str, Variant]] = {
    "ours": Variant("Sentinel", _ours),
    "hedged": Variant(
        "with hedging (SENTINEL_HEDGE_RATIO=0.1)", partial(_ours, SENTINEL_HEDGE_RATIO="0.1"), is_hedged=True
    ),
    "traced": Variant("with every request traced", _traced),
    "uncached": Variant(
        "without cached documents",
        partial(_ours, SENTINEL_DOCUMENT_TTL="0", SENTINEL_DOCUMENT_MAX_STALE="0"),
    ),
    "aiobotocore": Variant("with aiobotocore's clients", _aiobotocore),
    "in-turn": Variant("with one call at a time", _one_call_at_a_time),
    "reconnecting": Variant("without kept connections", _new_connections),
    "boto3": Variant("a sequential boto3 handler", _sequential),
}
