"""The AWS clients of one Lambda, opened once in its init phase."""

import asyncio
import os
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager, AsyncExitStack, nullcontext
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession
from botocore.exceptions import ConnectionError as BotoConnectionError
from botocore.exceptions import HTTPClientError, ReadTimeoutError

from shared.aws.credentials import Credentials

Observe = Callable[[str], AbstractContextManager[Any]]
_CONNECT_TIMEOUT_S: Final = 1.0
_READ_TIMEOUT_S: Final = 3.0
_ATTEMPTS: Final = 2
_MAX_CONNECTIONS: Final = 50
_SERVER_ERROR: Final = 500


class Service(StrEnum):
    """The AWS services Sentinel speaks to, by botocore's names."""

    DYNAMODB = "dynamodb"
    IAM = "iam"
    SNS = "sns"
    SSM = "ssm"
    STS = "sts"


@dataclass(frozen=True, slots=True)
class Clients:
    """The clients of the services a Lambda named, in one region, open until `aclose`.

    Asking for the client of any other service raises LookupError: a defect of the composition root.
    """

    _opened: Mapping[Service, Any]
    _stack: AsyncExitStack

    @property
    def dynamodb(self) -> Any:
        return self._client(Service.DYNAMODB)

    @property
    def iam(self) -> Any:
        return self._client(Service.IAM)

    @property
    def sns(self) -> Any:
        return self._client(Service.SNS)

    @property
    def ssm(self) -> Any:
        return self._client(Service.SSM)

    @property
    def sts(self) -> Any:
        return self._client(Service.STS)

    async def aclose(self) -> None:
        await self._stack.aclose()

    def _client(self, service: Service) -> Any:
        if service not in self._opened:
            raise LookupError(f"no client of {service} was opened: name it among the services of open_clients")
        return self._opened[service]


async def open_clients(
    region: str,
    observe: Observe = nullcontext,
    services: Collection[Service] = tuple(Service),
    credentials: Credentials | None = None,
) -> Clients:
    """Open the clients side by side; `contextlib.aclosing` closes them where a process ends in order.

    A Lambda names the `services` it uses: each client costs its cold start the reading of a service model.
    `observe` is entered around every call with its name (`sts.AssumeRole`): a tracer's subsegment, say.
    `credentials` are those to sign with, where they are not the process's own.

    Endpoints are regional, STS's too: a token from the global endpoint is not valid in every region (IAM User Guide,
    "Manage AWS STS in an AWS Region"). `AWS_ENDPOINT_URL` points all of them at an emulator.
    """
    session = _session()
    async with AsyncExitStack() as stack:
        opened = await asyncio.gather(*(_open(stack, session, service, region, credentials) for service in services))
        for client in opened:
            _observe_calls(client, observe)
        return Clients(dict(zip(services, opened, strict=True)), stack.pop_all())


async def _open(
    stack: AsyncExitStack,
    session: AioSession,
    service: Service,
    region: str,
    credentials: Credentials | None,
) -> Any:
    keys = {} if credentials is None else credentials.client_arguments()
    client = await stack.enter_async_context(
        session.create_client(service.value, region_name=region, config=_config(), **keys),
    )
    client.meta.events.register_first("needs-retry", _retry_at_once)
    return client


def _observe_calls(client: Any, observe: Observe) -> None:
    # The one funnel of every call, where tracing libraries hook in too; botocore's events before and after a call come
    # in pairs only as long as nobody cancels the call between them.
    service = client.meta.service_model.service_name
    call = client._make_api_call  # noqa: SLF001 - see above

    async def observed_call(operation: str, parameters: dict[str, Any]) -> Any:
        with observe(f"{service}.{operation}"):
            return await call(operation, parameters)

    client._make_api_call = observed_call  # noqa: SLF001 - see above


def _session() -> AioSession:
    session = AioSession()
    # A Lambda has no AWS configuration files; a developer's must not reach one that runs on their machine.
    session.set_config_variable("config_file", os.devnull)
    session.set_config_variable("credentials_file", os.devnull)
    session.set_config_variable("sts_regional_endpoints", "regional")
    return session


def _config() -> AioConfig:
    return AioConfig(
        connect_timeout=_CONNECT_TIMEOUT_S,
        read_timeout=_READ_TIMEOUT_S,
        max_pool_connections=_MAX_CONNECTIONS,
        tcp_keepalive=True,
        # botocore's own retries wait up to a second first, which a credential request cannot: see _retry_at_once.
        retries={"mode": "standard", "total_max_attempts": 1},
    )


def _retry_at_once(
    response: tuple[Any, Any] | None,
    attempts: int,
    caught_exception: Exception | None,
    **_: Any,
) -> float | None:
    """Tell botocore to try again after 0 s, or None to leave it.

    One more attempt, and only for what a fresh connection may cure: a socket that died while Lambda froze the process,
    and AWS's own 5xx. A read that timed out has already used up the caller's patience.
    """
    if attempts >= _ATTEMPTS:
        return None
    if isinstance(caught_exception, ReadTimeoutError):
        return None
    if isinstance(caught_exception, (BotoConnectionError, HTTPClientError)):
        return 0.0
    if response is not None and response[0].status_code >= _SERVER_ERROR:
        return 0.0
    return None
