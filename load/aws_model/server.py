"""The model on a port of its own: every call is answered when its latency is over, and noted."""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, Final, Self
from urllib.parse import parse_qs, urlsplit

import orjson

from deploy.local.deployment import ACCOUNT, table_definitions
from load.aws_model.answers import AwsRefusalError, ModelAnswer
from load.aws_model.config import ModelConfig
from load.aws_model.dispatch import FAILED, THROTTLED, Aws, ModelCall, UnknownCallError
from load.aws_model.http import Connection, Reply
from load.aws_model.latency import Ceiling, LatencySampler, Outcome
from load.aws_model.ledger import Call, Ledger
from shared.clock import utc_now

_CONTROL: Final = "/_model/"
_HEALTHY: Final = ModelAnswer(200, "text/plain", b"healthy")


class AwsModel:
    """`async with AwsModel(config) as model` serves at `model.url`, on loopback."""

    def __init__(
        self,
        config: ModelConfig,
        *,
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._config, self._port, self._tls, self._clock = config, port, tls, clock
        self._connections: set[Connection] = set()
        self._reset()

    def _reset(self) -> None:
        self._aws = Aws(table_definitions(), ACCOUNT, self._clock)
        self._sampler = LatencySampler(self._config)
        self._ceiling = Ceiling(self._config.sts_per_second)
        self.ledger = Ledger()

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._server = await self._loop.create_server(
            lambda: Connection(self._serve, self._connections),
            "127.0.0.1",
            self._port,
            ssl=self._tls,
            backlog=1000,
        )
        self._sweeper = asyncio.create_task(self._sweep())
        port = self._server.sockets[0].getsockname()[1]
        self.url = f"https://localhost:{port}" if self._tls else f"http://127.0.0.1:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._sweeper.cancel()
        self._server.close()
        for connection in list(self._connections):
            connection.abort()
        await self._server.wait_closed()

    async def _sweep(self) -> None:
        """Close idle connections, as the services do: a client that kept one must notice."""
        while True:
            await asyncio.sleep(self._config.keep_alive_s / 4)
            for connection in list(self._connections):
                connection.close_if_quiet(self._loop.time() - self._config.keep_alive_s)

    def _serve(self, method: str, target: str, headers: Mapping[str, str], body: bytes, reply: Reply) -> None:
        if target.startswith(_CONTROL):
            reply(self._control(method, target))
            return
        if method == "GET":
            reply(_HEALTHY)
            return
        started_s = self._loop.time()
        try:
            request = self._aws.read(headers, body)
        except UnknownCallError as error:
            reply(ModelAnswer(400, "text/plain", f"the latency model does not know {error}".encode()))
            return
        outcome = self._draw(request, started_s)

        def end() -> None:
            # Only now: work before the answer would delay the client's next call.
            reply(self._answer(request, outcome))
            units = self._aws.take_units()
            call = Call(request.operation, started_s, self._loop.time(), units.read, units.write)
            self.ledger.note(request.key, call)

        if outcome.delay_s:
            self._loop.call_at(started_s + outcome.delay_s, end)
        else:
            end()

    def _draw(self, request: ModelCall, now_s: float) -> Outcome:
        outcome = self._sampler.draw(request.key, request.operation)
        is_over = request.operation.startswith("sts.") and not outcome.failed and not self._ceiling.admits(now_s)
        return replace(outcome, throttled=True) if is_over else outcome

    def _answer(self, request: ModelCall, outcome: Outcome) -> ModelAnswer:
        if outcome.failed:
            return request.refuse(FAILED)
        if outcome.throttled:
            return request.refuse(THROTTLED)
        try:
            return request.answer()
        except AwsRefusalError as refusal:
            return request.refuse(refusal)

    def _control(self, method: str, target: str) -> ModelAnswer:
        parts = urlsplit(target)
        match method, parts.path.removeprefix(_CONTROL):
            case "GET", "calls":
                [key] = parse_qs(parts.query).get("key", [""])
                return _json([asdict(call) for call in self.ledger.take(key)])
            case "POST", "reset":
                self._reset()
                return _json({})
            case _:
                return ModelAnswer(404, "text/plain", b"GET /_model/calls?key=K, POST /_model/reset")


def _json(value: Any) -> ModelAnswer:
    return ModelAnswer(200, "application/json", orjson.dumps(value))
