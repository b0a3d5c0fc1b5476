"""The whole system under load: the latency model, the functions and the gateway, on loopback."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from deploy.local.aws import new_name
from deploy.local.deployment import (
    ACCOUNT,
    AUTHORIZER,
    REGION,
    UNLIMITED,
    function_names,
    function_settings,
    local_deployment,
)
from deploy.local.gateway.authentication import RememberedCredentials
from deploy.local.gateway.endpoints import Endpoint, EndpointKind
from deploy.local.gateway.server import Gateway, GuardedApi
from deploy.local.runtime.function import Environment, FunctionSettings
from deploy.local.stack import HANDLERS
from load.aws_model.ledger import Call
from load.driver.exchange import LoadCaller, Target
from load.scenario import Scenario
from load.system.account import KnownCallers, create_callers, documents
from load.system.journal import Deploy, Journal, JournaledEnvironment
from load.system.model import ModelProcess
from shared.aws.dynamodb.items import Item

Start = Callable[[FunctionSettings], Environment]
_READY_LIMIT_S: Final = 300.0
_EMPTY: Final = b'{"statusCode":200,"headers":{"content-type":"application/json"},"body":"{}"}'


class SystemFailedError(Exception):
    """A part of the system did not start; the message holds what it said."""


def settings_of(
    function: str,
    number: int,
    *,
    api_ids: list[str],
    endpoint: str,
    own: Mapping[str, str],
    folder: Path,
    log_file: Path,
) -> FunctionSettings:
    """Return what environment `number` of a function is configured with; `own` comes from the scenario.

    Each environment has an access key of its own, by which the model's ledger distinguishes them.
    """
    unlimited = {} if function == AUTHORIZER else UNLIMITED
    keys = {"AWS_ACCESS_KEY_ID": f"AKIALOAD{function.upper()}{number:04}", "AWS_SECRET_ACCESS_KEY": "load"}
    return FunctionSettings(
        name=function_names()[function],
        handler=HANDLERS[function],
        account=ACCOUNT,
        region=REGION,
        environment={**function_settings(function, api_ids, endpoint), **unlimited, **keys, **own},
        home=folder,
        log_file=log_file,
    )


class _GuardedIntegration:
    """The API behind the authorizer: a constant answer, so that only the authorizer is measured."""

    async def invoke(self, event: bytes, *, request_id: str, trace_id: str) -> bytes:
        del event, request_id, trace_id
        return _EMPTY


@dataclass(slots=True)
class LoadSystem:
    """`async with LoadSystem(…) as system` serves; `deploy` makes each function, `start` each of its environments.

    `api_account` owns the APIs, and must be the account that the environments give as the functions' own.
    What the functions print, their audit lines, goes to a file for each in `logs`.
    """

    scenario: Scenario
    deploy: Deploy
    start: Start
    logs: Path
    zero: bool = False
    api_account: str = ACCOUNT
    functions: dict[str, Journal] = field(default_factory=dict, init=False)
    folder: Path = field(init=False)
    callers: Sequence[LoadCaller] = field(init=False)
    operator: LoadCaller = field(init=False)
    _keys: set[str] = field(default_factory=set, init=False)
    _model: ModelProcess = field(init=False)
    _gateway: Gateway = field(init=False)
    _guarded: GuardedApi = field(init=False)
    _guarded_endpoint: Endpoint = field(init=False)
    _open: AsyncExitStack = field(default_factory=AsyncExitStack, init=False, repr=False)

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            await self._open.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()

    def target(self, samples_file: Path) -> Target:
        """Return locust's target."""
        load = self.scenario.load
        return Target(
            http_api=self._gateway.url(EndpointKind.HTTP_API),
            guarded_api=self._guarded.url if AUTHORIZER in self.functions else "",
            guarded_api_id=self._guarded_endpoint.api_id,
            sts_url=self._model.url,
            region=REGION,
            callers=self.callers,
            operator=self.operator,
            rate_per_user=load.rate / load.users,
            warm_up_s=load.warm_up_s,
            samples_file=str(samples_file),
        )

    async def take_calls(self) -> Mapping[str, Sequence[Call]]:
        """Return every environment's calls to AWS by the key it signs with, and those about proofs by the session's."""
        proven = {
            invocation.proof_key
            for journal in self.functions.values()
            for invocation in journal.invocations
            if invocation.proof_key
        }
        return {key: await self._model.take_calls(key) for key in sorted(self._keys | proven)}

    async def put_grants(self, items: Iterable[Item]) -> None:
        """Put rows into the grant table, as if they had been there before."""
        await self._model.put_items(local_deployment().grant_table, items)

    async def _start(self) -> None:
        # Only its owner may read it: it will hold the callers' keys.
        self.folder = Path(tempfile.mkdtemp(prefix="sentinel-load-"))
        self._open.callback(shutil.rmtree, self.folder, ignore_errors=True)
        self.callers, self.operator = create_callers(self.scenario.load.users)
        self._model = ModelProcess(zero=self.zero, sts_per_second=self.scenario.sts_per_second)
        await self._open.enter_async_context(self._model)
        await self._model.put_parameters(documents())
        endpoint = Endpoint(EndpointKind.HTTP_API, new_name(10), self.api_account, REGION)
        self._guarded_endpoint = Endpoint(EndpointKind.HTTP_API, new_name(10), self.api_account, REGION)
        for function, count in self.scenario.environments.items():
            await self._start_function(function, count, endpoint)
        credentials = RememberedCredentials(KnownCallers([*self.callers, self.operator]))
        self._gateway = Gateway(self.functions, credentials)
        self._open.push_async_callback(self._gateway.close)
        await self._gateway.open([endpoint], {})
        if AUTHORIZER in self.functions:
            self._guarded = GuardedApi(self._guarded_endpoint, self.functions[AUTHORIZER], _GuardedIntegration())
            self._open.push_async_callback(self._guarded.close)
            await self._guarded.open()

    async def _start_function(self, function: str, count: int, endpoint: Endpoint) -> None:
        journal = self.functions[function] = Journal()
        (self.logs / f"{function}.log").unlink(missing_ok=True)
        api_id = self._guarded_endpoint.api_id if function == AUTHORIZER else endpoint.api_id

        def make(number: int) -> Environment:
            settings = settings_of(
                function,
                number,
                api_ids=[api_id],
                endpoint=self._model.url,
                own=self.scenario.settings.get(function, {}),
                folder=self.folder,
                log_file=self.logs / f"{function}.log",
            )
            key = settings.environment["AWS_ACCESS_KEY_ID"]
            self._keys.add(key)
            return JournaledEnvironment(self.start(settings), key, journal)

        deployed = journal.function = self.deploy(count, make)
        self._open.push_async_callback(deployed.close)
        await deployed.open()
        try:
            async with asyncio.timeout(_READY_LIMIT_S):
                await deployed.wait_until_ready()
        except TimeoutError:
            log = (self.logs / f"{function}.log").read_text(encoding="utf-8", errors="replace")
            raise SystemFailedError(f"{function} did not start; its log begins:\n{log[:2000]}") from None
