import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import aiohttp
import orjson
import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, BrowserContext, Page, expect

from deploy.local.identity.logins import CLIENT_ID
from deploy.local.identity.provider import IdentityProvider
from deploy.local.issuers import PEOPLE
from deploy.local.loopback import Site
from services.admin.console import ConsoleFiles
from shared.edge.hosted_console import HostedConsole
from shared.edge.public_files import FILE_ROUTE, FileRequest
from shared.edge.responses import Refusal
from tests.browser import find_chromium, running_browser
from tests.node import install_node_program
from tests.once import made_once
from tests.patience import LIMIT_S

SOURCES = Path(__file__).parents[3] / "deploy" / "console"
SIGNED_IN = "Sign out"
# Left by a sign-out, for every tab: random, and nothing of the sign-in.
MARK = "sentinel-console-out /console/"
VIOLATIONS = (
    "window.violations = []; addEventListener('securitypolicyviolation', (each) => "
    "window.violations.push(`${each.effectiveDirective} ${each.blockedURI}`))"
)


class Host(Site):
    """Serves the console's files as the admin function does, its script made of the sources as they are."""

    def __init__(self, provider: IdentityProvider, script: bytes) -> None:
        hosted = HostedConsole(issuer="corp", issuer_url=provider.issuer("corp"), client_id=CLIENT_ID)
        self._files, self._script = ConsoleFiles(hosted), script
        self.forget()
        application = web.Application()
        application.add_routes(
            [
                web.get("/console/{name:.*}", self._serve),
                # Another console of the same origin.
                web.get("/other/console/{name:.*}", self._serve),
                web.route("*", "/as/corp/{path:.*}", self._answer),
                web.route("*", "/stolen", self._steal),
            ]
        )
        super().__init__(application)

    def forget(self) -> None:
        """Begin to note what comes in: no test sees what another one sent."""
        self.authorizations: list[str] = []
        self.stolen = 0

    @property
    def console(self) -> str:
        return f"{self.url}/console/"

    @property
    def elsewhere(self) -> str:
        """A page of the same server as another origin, which counts requests."""
        return f"http://localhost:{self.address.rpartition(':')[2]}/stolen"

    async def _serve(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        file = self._files.answer(FileRequest(FILE_ROUTE, name, takes_gzip=False, source_ip="", user_agent=""))
        if isinstance(file, Refusal):
            raise web.HTTPNotFound
        return web.Response(body=self._script if name.endswith(".js") else file.body, headers=file.headers)

    async def _answer(self, request: web.Request) -> web.Response:
        self.authorizations.append(request.headers.get("Authorization", ""))
        lists: dict[str, list[str]] = {
            name: [] for name in ("requests", "profiles", "events", "sessions", "permissions")
        }
        return web.json_response({"user": "carol@example.com", **lists})

    async def _steal(self, _: web.Request) -> web.Response:
        self.stolen += 1
        headers = {"Access-Control-Allow-Origin": "*"}
        return web.Response(text="<p role=alert>stolen</p>", content_type="text/html", headers=headers)


@dataclass
class Visitor:
    """A browser of its own at the console, and what it asked for."""

    host: Host
    provider: IdentityProvider
    context: BrowserContext
    requested: list[str] = field(default_factory=list)

    async def open(self, after: str = "") -> Page:
        """Open the console in another tab; `after` is what its address ends with."""
        page = await self.context.new_page()
        page.on("request", lambda request: self.requested.append(request.url))
        await page.goto(f"{self.host.console}{after}")
        return page

    async def answer_for(self, page: Page, **changed: str) -> dict[str, str]:
        """Begin to sign in, and give the provider's answer to the request, which is changed on its way."""
        await page.get_by_role("button", name="Sign in").click()
        link = page.get_by_role("link", name="carol")
        asked = urlsplit(str(await link.evaluate("each => each.href")))
        query = urlencode({**dict(parse_qsl(asked.query)), **changed})
        async with (
            aiohttp.ClientSession() as http,
            http.get(
                asked._replace(query=query).geturl(), allow_redirects=False, ssl=self.provider.trusted
            ) as response,
        ):
            return dict(parse_qsl(urlsplit(response.headers["Location"]).query))

    async def return_with(self, page: Page, answer: dict[str, str]) -> str:
        """Return to the console as if from the provider; gives what came of it."""
        await page.goto(f"{self.host.console}?{urlencode(answer)}")
        return await outcome(page)

    async def sign_in(self, page: Page) -> None:
        """Sign in from the page that asks for it."""
        assert await self.return_with(page, await self.answer_for(page)) == SIGNED_IN

    @property
    def redeemed(self) -> int:
        """How often a code was sent to the provider."""
        return len([url for url in self.requested if url.endswith("/corp/token")])


async def outcome(page: Page) -> str:
    """Wait until a page says what came of it, and give that: `Sign out`, what was wrong, or another page's text."""
    said = page.locator("[role=alert], header button, li a").first
    await expect(said).to_be_visible()
    return await said.inner_text()


async def kept(page: Page) -> dict[str, str]:
    """Give what the console keeps in a tab, wherever a page can, but the mark of the last sign-out."""
    found: bytes = (
        await page.evaluate("JSON.stringify({...sessionStorage, ...localStorage, cookie: document.cookie})")
    ).encode()
    return {name: value for name, value in orjson.loads(found).items() if value and name != MARK}


@pytest.fixture(scope="session")
def script(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Build the script of the sources, so that these tests fail with what is changed there."""
    return (made_once(tmp_path_factory, "console-script", _build) / "built.js").read_bytes()


def _build(folder: Path) -> None:
    install_node_program(SOURCES, folder)
    bundle = ("npx", "--no-install", "esbuild", "source/main.js", "--bundle", "--format=esm", "--target=es2022")
    subprocess.run((*bundle, "--outfile=built.js"), cwd=folder, check=True, capture_output=True)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def provider(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[IdentityProvider]:
    opened = await IdentityProvider(tmp_path_factory.mktemp("provider"), ["corp", "pods"], PEOPLE).open()
    yield opened
    await opened.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def host(provider: IdentityProvider, script: bytes) -> AsyncIterator[Host]:
    opened = Host(provider, script)
    await opened.open()
    yield opened
    await opened.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    chromium = await asyncio.to_thread(find_chromium, tmp_path_factory)
    async with running_browser(chromium) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def visitor(host: Host, provider: IdentityProvider, browser: Browser) -> AsyncIterator[Visitor]:
    async with AsyncExitStack() as ending:
        host.forget()
        context = await browser.new_context(ignore_https_errors=True)
        ending.push_async_callback(context.close)
        context.set_default_timeout(LIMIT_S * 1000)
        await context.add_init_script(VIOLATIONS)
        yield Visitor(host, provider, context)
