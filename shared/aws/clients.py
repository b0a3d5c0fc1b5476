"""The AWS clients of one Lambda, opened once in its init phase."""

import asyncio
import os
from collections.abc import Callable
from contextlib import AbstractContextManager, AsyncExitStack, nullcontext
from dataclasses import dataclass
from typing import Any, Final

from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession
from botocore.exceptions import ConnectionError as BotoConnectionError
from botocore.exceptions import HTTPClientError, ReadTimeoutError

Observe = Callable[[str], AbstractContextManager[Any]]
_CONNECT_TIMEOUT_S: Final = 1.0
_READ_TIMEOUT_S: Final = 3.0
_ATTEMPTS: Final = 2
_MAX_CONNECTIONS: Final = 50
_SERVER_ERROR: Final = 500


@dataclass(frozen=True, slots=True)
class Clients:
    """DynamoDB, Parameter Store and STS in one region, open until `aclose`."""

    dynamodb: Any
    ssm: Any
    sts: Any
    _stack: AsyncExitStack

    async def aclose(self) -> None:
        await self._stack.aclose()


async def open_clients(region: str, observe: Observe = nullcontext) -> Clients:
    """Open the clients side by side; `contextlib.aclosing` closes them where a process ends in order.

    `observe` is entered around every call with its name (`sts.AssumeRole`): a tracer's subsegment, say.

    Endpoints are regional, STS's too: a token from the global endpoint is not valid in every region (IAM User Guide,
    "Manage AWS STS in an AWS Region"). `AWS_ENDPOINT_URL` points all of them at an emulator.
    """
    session = _session()
    async with AsyncExitStack() as stack:
        opening = (_open(stack, session, service, region) for service in ("dynamodb", "ssm", "sts"))
        dynamodb, ssm, sts = clients = await asyncio.gather(*opening)
        for client in clients:
            _observe_calls(client, observe)
        return Clients(dynamodb, ssm, sts, stack.pop_all())


async def _open(stack: AsyncExitStack, session: AioSession, service: str, region: str) -> Any:
    client = await stack.enter_async_context(session.create_client(service, region_name=region, config=_config()))
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
