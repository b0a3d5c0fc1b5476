"""The AWS clients of one Lambda, opened once in its init phase."""

import asyncio
from collections.abc import Collection, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Final

from shared.aws.client.client import AwsClient, Observe
from shared.aws.client.http import Http
from shared.aws.client.library import find_partition, find_service, open_session
from shared.aws.client.signing import Keys
from shared.aws.credentials import Credentials
from shared.aws.hedging import Hedge
from shared.clock import utc_now

__all__ = ["Clients", "Observe", "Service", "open_clients"]

# Enough for an emulator on a busy machine; a Lambda's settings have less.
CALL_TIMEOUT_S: Final = 10.0


class Service(StrEnum):
    """The AWS services that Sentinel calls, by botocore's names."""

    DYNAMODB = "dynamodb"
    EVENTS = "events"
    IAM = "iam"
    IDENTITYSTORE = "identitystore"
    SNS = "sns"
    SSM = "ssm"
    STS = "sts"


@dataclass(frozen=True, slots=True)
class Clients:
    """The clients of the services a Lambda named, in one region, open until `aclose`, and the session they share.

    The client of any other service raises LookupError, which is a defect of the composition root.
    """

    _opened: Mapping[Service, AwsClient]
    http: Http
    _keys: Keys
    _connections: Mapping[Service, int]

    @property
    def dynamodb(self) -> AwsClient:
        return self._client(Service.DYNAMODB)

    @property
    def events(self) -> AwsClient:
        return self._client(Service.EVENTS)

    @property
    def iam(self) -> AwsClient:
        return self._client(Service.IAM)

    @property
    def identitystore(self) -> AwsClient:
        return self._client(Service.IDENTITYSTORE)

    @property
    def sns(self) -> AwsClient:
        return self._client(Service.SNS)

    @property
    def ssm(self) -> AwsClient:
        return self._client(Service.SSM)

    @property
    def sts(self) -> AwsClient:
        return self._client(Service.STS)

    async def aclose(self) -> None:
        await self.http.close()

    async def warm(self) -> None:
        """Open as many connections to each service as a request needs, so that the first request does not wait."""
        wanted = [[self._client(service).url] * count for service, count in self._connections.items()]
        await self.http.warm([url for urls in wanted for url in urls])

    async def renew(self) -> None:
        """Drop connections and keys, as a process restored from a snapshot must, and connect again."""
        await self.http.close()
        self._keys.forget()
        await self.warm()

    def _client(self, service: Service) -> AwsClient:
        if service not in self._opened:
            raise LookupError(f"no client of {service} was opened: name it among the services of open_clients")
        return self._opened[service]


async def open_clients(
    region: str,
    observe: Observe = nullcontext,
    services: Collection[Service] | Mapping[Service, int] = tuple(Service),
    credentials: Credentials | None = None,
    hedge_ratio: float = 0,
    timeout_s: float = CALL_TIMEOUT_S,
) -> Clients:
    """Open the clients; `contextlib.aclosing` closes them where a process ends in order.

    `services` are those the Lambda uses; the client of another is an error. If it is a mapping to the number of
    connections that a request needs at once, these are opened before this returns. `observe` is entered around every
    call with its name (`sts.AssumeRole`), for example a tracer's subsegment. `credentials` are those to sign with
    instead of the process's own. `hedge_ratio` is for `Hedge`; `timeout_s` is the timeout of one attempt of a call, in
    seconds.

    Endpoints are regional, STS's too: a token from the global endpoint is not valid in every region (IAM User Guide,
    "Manage AWS STS in an AWS Region"). `AWS_ENDPOINT_URL` points all of them at an emulator.
    """
    find_partition(region)
    monotonic = asyncio.get_running_loop().time
    hedge, http = Hedge(hedge_ratio, monotonic), Http()
    keys = Keys(partial(open_session, credentials), monotonic)
    session, opened = open_session(credentials), {}
    for service in services:
        found = await find_service(session, service.value, region)
        opened[service] = AwsClient(found, http, keys, observe=observe, hedge=hedge, timeout_s=timeout_s, clock=utc_now)
    clients = Clients(opened, http, keys, services if isinstance(services, Mapping) else {})
    await clients.warm()
    return clients
