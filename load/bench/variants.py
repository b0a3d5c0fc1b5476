"""The ways to answer that are compared: ours, ours without each of the things that make it quick, and the baseline."""

import asyncio
import os
import socket
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from unittest.mock import patch

from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession

from load.aws_model.ledger import Call, question_floors, vend_floors
from load.bench.boto3_baseline import SequentialHandler
from load.bench.client import ask_authorizer
from load.bench.fixtures import LambdaContext, vend_environment, vend_event
from services.vend import handler as vend
from shared.aws.client.client import AwsClient
from shared.aws.client.http import Http
from shared.aws.client.replies import Reply
from shared.aws.clients import Service
from shared.aws.ssm.read_through import CacheLimits
from shared.edge.settings import Settings

Ask = Callable[[], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to answer. `open` gives what makes one request; `floors` returns each request's floor from the calls.

    None where calls are made twice: those have no floor.
    """

    title: str
    open: Callable[[], Ask]
    floors: Callable[[Iterable[Call]], list[float]] | None = vend_floors


def _vending(handler: Callable[[Any, Any], dict[str, Any]]) -> Ask:
    return partial(handler, vend_event(), LambdaContext())


def _ours(**settings: str) -> Ask:
    return _vending(
        vend.wire({**vend_environment(), **settings}, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123 - for the life of the process
    )


def _traced() -> Ask:
    """Vend with every invocation sampled, and a daemon's socket that takes the datagrams."""
    daemon = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    daemon.bind(("127.0.0.1", 0))
    os.environ["AWS_XRAY_DAEMON_ADDRESS"] = f"127.0.0.1:{daemon.getsockname()[1]}"
    os.environ["_X_AMZN_TRACE_ID"] = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
    ask = _ours()

    def traced() -> dict[str, Any]:
        answer = ask()
        daemon.recv(1 << 16)
        return answer

    return traced


def _one_call_at_a_time() -> Ask:
    ask, turn, call = _ours(), asyncio.Lock(), AwsClient.call

    async def in_turn(client: AwsClient, operation: str, parameters: Mapping[str, Any]) -> Any:
        async with turn:
            return await call(client, operation, parameters)

    setattr(AwsClient, call.__name__, in_turn)
    return ask


def _new_connections() -> Ask:
    post = Http.post

    async def post_once(http: Http, url: str, headers: Mapping[str, str], body: bytes, **limits: Any) -> Reply:
        return await post(http, url, {**headers, "connection": "close"}, body, **limits)

    setattr(Http, post.__name__, post_once)
    return _ours()


def _aiobotocore() -> Ask:
    with patch.object(vend, "open_function_clients", _open_aiobotocore):
        return _ours()


class _AioClients:
    """Clients of aiobotocore's own, tuned no further than its settings go; they connect at the first call."""

    def __init__(self, opened: Mapping[Service, Any], stack: AsyncExitStack) -> None:
        self.dynamodb, self.ssm, self.sts = opened[Service.DYNAMODB], opened[Service.SSM], opened[Service.STS]
        self.aclose = stack.aclose


async def _open_aiobotocore(
    _settings: Settings,
    region: str,
    services: Collection[Service],
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


def _sequential(document_ttl_s: float = 0.0) -> Ask:
    return _vending(SequentialHandler(vend_environment(), document_ttl_s))


VARIANTS: Final[Mapping[str, Variant]] = {
    "ours": Variant("Sentinel", _ours),
    "hedged": Variant(
        "with hedging (the default, SENTINEL_HEDGE_RATIO=0.1)", partial(_ours, SENTINEL_HEDGE_RATIO="0.1"), floors=None
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
    "boto3-cached": Variant("the same with cached documents", partial(_sequential, CacheLimits().ttl_s)),
    "authorizer": Variant("the authorizer, a proof it knows", ask_authorizer, question_floors),
    "authorizer-new": Variant("the authorizer, a new proof", partial(ask_authorizer, is_new=True), question_floors),
}
