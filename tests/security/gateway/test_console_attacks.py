"""What anyone may reach without a signature or a token: the console's files, and nothing next to them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import aiohttp
import pytest
from yarl import URL

from deploy.local.gateway.authentication import RememberedCredentials
from deploy.local.gateway.endpoints import Endpoint, EndpointKind
from deploy.local.gateway.server import Gateway
from deploy.policies.routes import CONSOLE_ROUTES, Route
from tests.security.gateway.test_token_attacks import NoCredentials, Recorder

pytestmark = pytest.mark.asyncio(loop_scope="module")
KINDS = (EndpointKind.HTTP_API, EndpointKind.REST_API, EndpointKind.FUNCTION_URL)


@asynccontextmanager
async def opened(admin: Recorder, open_routes: Sequence[Route] = ()) -> AsyncIterator[Gateway]:
    functions = {"vend": Recorder(), "admin": admin}
    gateway = Gateway(functions, RememberedCredentials(NoCredentials()), open_routes=open_routes)
    await gateway.open([Endpoint(kind, "a1b2c3d4e5", "111122223333", "eu-central-1") for kind in KINDS], {})
    try:
        yield gateway
    finally:
        await gateway.close()


async def ask(gateway: Gateway, path: str, method: str = "GET", kind: EndpointKind = EndpointKind.HTTP_API) -> int:
    url = URL(f"{gateway.url(kind)}{path}", encoded=True)
    async with aiohttp.request(method, url, allow_redirects=False) as response:
        return response.status


@pytest.fixture
def admin() -> Recorder:
    return Recorder()


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        ("/console", None),
        ("/console/", {"proxy": ""}),
        ("/console/app.js", {"proxy": "app.js"}),
        ("/console/../v1/whoami", {"proxy": "../v1/whoami"}),
    ],
)
async def test_a_file_is_asked_for_without_a_caller(
    admin: Recorder, path: str, parameters: dict[str, str] | None
) -> None:
    async with opened(admin, CONSOLE_ROUTES) as gateway:
        assert await ask(gateway, path) == 200
    (event,) = admin.events
    assert event["routeKey"] == ("GET /console" if parameters is None else "GET /console/{proxy+}")
    assert event.get("pathParameters") == parameters
    assert "authorizer" not in event["requestContext"]


@pytest.mark.parametrize("method", ["POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_no_other_method_reaches_the_function(admin: Recorder, method: str) -> None:
    async with opened(admin, CONSOLE_ROUTES) as gateway:
        assert await ask(gateway, "/console/", method) == 404
        assert await ask(gateway, "/console", method) == 404
    assert admin.events == []


@pytest.mark.parametrize("path", ["/consoles", "/console.json", "/v1/console/", "/as/corp/console/", "//console/"])
async def test_nothing_next_to_it_is_open(admin: Recorder, path: str) -> None:
    async with opened(admin, CONSOLE_ROUTES) as gateway:
        assert await ask(gateway, path) in (403, 404)
        assert await ask(gateway, "/v1/whoami") == 403
    assert admin.events == []


@pytest.mark.parametrize("kind", [EndpointKind.REST_API, EndpointKind.FUNCTION_URL])
async def test_only_an_http_api_has_a_console(admin: Recorder, kind: EndpointKind) -> None:
    async with opened(admin, CONSOLE_ROUTES) as gateway:
        assert await ask(gateway, "/console/", kind=kind) == 403
    assert admin.events == []


async def test_where_no_console_is_hosted_there_is_no_route(admin: Recorder) -> None:
    async with opened(admin) as gateway:
        assert await ask(gateway, "/console/") == 404
        assert await ask(gateway, "/console") == 404
    assert admin.events == []
