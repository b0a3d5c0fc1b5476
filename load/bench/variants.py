"""The ways to answer that are compared: ours, ours without each of the things that make it quick, and the baseline."""

import asyncio
import json
import os
import socket
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TextIO
from unittest.mock import patch

from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession

from load.aws_model.ledger import Call, question_floors, vend_floors
from load.bench.boto3_baseline import SequentialHandler
from load.bench.fixtures import LambdaContext, question_event, settings_of, token_event, vend_event
from services.authorizer import handler as authorizer
from services.vend import handler as vend
from services.vend import mapping
from shared.aws.client.client import AwsClient
from shared.aws.clients import Service
from shared.aws.ssm.read_through import CacheLimits
from shared.clock import monotonic_s
from shared.edge.audit.writing import Chain, render
from shared.edge.settings import Settings

Ask = Callable[[], dict[str, Any]]
# A proof is good for a minute.
_PROOF_S: Final = 30


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to answer. `open` gives what makes one request, until the stack is closed.

    `floors` returns each request's floor from the calls; None where calls are made twice: those have no floor.
    """

    title: str
    open: Callable[[ExitStack], Ask]
    floors: Callable[[Iterable[Call]], list[float]] | None = vend_floors


def _settings(function: str) -> dict[str, str]:
    return settings_of(function, os.environ["AWS_ENDPOINT_URL"])


def _nowhere(stack: ExitStack) -> TextIO:
    return stack.enter_context(open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123 - no file of ours


def _ours(stack: ExitStack, **settings: str) -> Ask:
    app = vend.wire({**_settings("vend"), **settings}, _nowhere(stack))
    stack.callback(app.close)
    return partial(app, vend_event(), LambdaContext())


def _by_token(stack: ExitStack) -> Ask:
    app = vend.wire(_settings("vend"), _nowhere(stack))
    stack.callback(app.close)
    return partial(app, token_event(), LambdaContext())


def _traced(stack: ExitStack) -> Ask:
    """Vend with every invocation sampled, and a daemon's socket that takes the datagrams."""
    daemon = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    daemon.bind(("127.0.0.1", 0))
    os.environ["AWS_XRAY_DAEMON_ADDRESS"] = f"127.0.0.1:{daemon.getsockname()[1]}"
    os.environ["_X_AMZN_TRACE_ID"] = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
    ask = _ours(stack)

    def traced() -> dict[str, Any]:
        answer = ask()
        daemon.recv(1 << 16)
        return answer

    return traced


def _unlinked(stack: ExitStack) -> Ask:
    """Vend with audit lines that have no hash of the line before, and rows without a digest of their line."""
    stack.enter_context(patch.object(Chain, "seal", lambda _, line: render(line)))
    stack.enter_context(patch.object(mapping, "decision_digest", lambda _: None))
    return _ours(stack)


def _one_call_at_a_time(stack: ExitStack) -> Ask:
    ask, turn, call = _ours(stack), asyncio.Lock(), AwsClient.call

    async def in_turn(client: AwsClient, operation: str, parameters: Mapping[str, Any]) -> Any:
        async with turn:
            return await call(client, operation, parameters)

    stack.enter_context(patch.object(AwsClient, call.__name__, in_turn))
    return ask


def _aiobotocore(stack: ExitStack) -> Ask:
    stack.enter_context(patch.object(vend, "open_function_clients", _open_aiobotocore))
    return _ours(stack)


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


def _sequential(_: ExitStack, document_ttl_s: float = 0.0) -> Ask:
    return partial(SequentialHandler(_settings("vend"), document_ttl_s), vend_event(), LambdaContext())


def _authorizing(stack: ExitStack, *, is_new: bool = False) -> Ask:
    """Ask the authorizer about a vended session; `is_new` has STS verify every request's proof."""
    with ExitStack() as vending:
        vended = json.loads(_ours(vending)()["body"])
    app = authorizer.wire(_settings("authorizer"), _nowhere(stack))
    stack.callback(app.close)
    made_at_s, question = monotonic_s(), question_event(vended)

    def ask() -> dict[str, Any]:
        nonlocal made_at_s, question
        if is_new or monotonic_s() - made_at_s > _PROOF_S:
            made_at_s, question = monotonic_s(), question_event(vended)
        return app(question, LambdaContext())

    return ask


VARIANTS: Final[Mapping[str, Variant]] = {
    "ours": Variant("Sentinel", _ours),
    "hedged": Variant(
        "with hedging (the default, SENTINEL_HEDGE_RATIO=0.1)", partial(_ours, SENTINEL_HEDGE_RATIO="0.1"), floors=None
    ),
    "token": Variant("to a caller with a token", _by_token),
    "traced": Variant("with every request traced", _traced),
    "unlinked": Variant("without the links of audit lines", _unlinked),
    "uncached": Variant(
        "without cached documents",
        partial(_ours, SENTINEL_DOCUMENT_TTL="0", SENTINEL_DOCUMENT_MAX_STALE="0"),
    ),
    "aiobotocore": Variant("with aiobotocore's clients", _aiobotocore),
    "in-turn": Variant("with one call at a time", _one_call_at_a_time),
    "boto3": Variant("a sequential boto3 handler", _sequential),
    "boto3-cached": Variant("the same with cached documents", partial(_sequential, document_ttl_s=CacheLimits().ttl_s)),
    "authorizer": Variant("the authorizer, a proof it knows", _authorizing, question_floors),
    "authorizer-new": Variant("the authorizer, a new proof", partial(_authorizing, is_new=True), question_floors),
}
