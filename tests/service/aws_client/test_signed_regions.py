"""The region a request is signed for, seen from where it arrives."""

import re
import socket
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Any

import pytest
from aiohttp import web

from shared.aws.clients import Service, open_clients

pytestmark = pytest.mark.usefixtures("dummy_credentials")

SCOPE = re.compile(r"Credential=[^/]+/[0-9]{8}/([a-z0-9-]+)/([a-z]+)/aws4_request")


@asynccontextmanager
async def listening(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[int, list[str]]]:
    """Listen on loopback under every name, and note the regions that requests are signed for."""
    regions: list[str] = []

    async def serve(request: web.Request) -> web.Response:
        found = SCOPE.search(request.headers["Authorization"])
        assert found is not None
        regions.append(found[1])
        return web.Response(status=400)

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", serve)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    resolve = socket.getaddrinfo

    def everything_is_here(_: Any, *others: Any, **options: Any) -> Any:
        return resolve("127.0.0.1", *others, **options)

    monkeypatch.setattr(socket, "getaddrinfo", everything_is_here)
    try:
        yield runner.addresses[0][1], regions
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(
    ("own", "host", "signed_for"),
    [
        ("us-west-2", "iam-fips.amazonaws.com", "us-east-1"),
        ("eu-central-1", "vpce-0a1b.iam.us-east-1.vpce.amazonaws.com", "us-east-1"),
        ("us-gov-east-1", "iam.us-gov.amazonaws.com", "us-gov-west-1"),
        ("cn-northwest-1", "iam.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ("eu-central-1", "127.0.0.1", "eu-central-1"),
        ("eu-central-1", "localhost", "eu-central-1"),
    ],
)
async def test_iam_is_signed_for_its_partitions_region_at_any_endpoint_but_an_emulators(
    monkeypatch: pytest.MonkeyPatch, own: str, host: str, signed_for: str
) -> None:
    async with listening(monkeypatch) as (port, regions):
        monkeypatch.setenv("AWS_ENDPOINT_URL_IAM", f"http://{host}:{port}")
        async with aclosing(await open_clients(own, services=[Service.IAM])) as clients:
            with suppress(Exception):
                await clients.iam.get_policy(PolicyArn="arn:aws:iam::111122223333:policy/SentinelRevocations")
    assert regions == [signed_for]


@pytest.mark.parametrize("service", ["sts", "ssm"])
async def test_everything_else_is_signed_for_the_functions_own(monkeypatch: pytest.MonkeyPatch, service: str) -> None:
    async with listening(monkeypatch) as (port, regions):
        monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service.upper()}", f"http://{service}-fips.example:{port}")
        async with aclosing(await open_clients("us-west-2", services=[Service(service)])) as clients:
            with suppress(Exception):
                if service == "sts":
                    await clients.sts.get_caller_identity()
                else:
                    await clients.ssm.get_parameters(Names=["/sentinel/policies/access"])
    assert regions == ["us-west-2"]
