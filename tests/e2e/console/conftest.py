import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from deploy.local.stack import LocalStack
from tests.browser import find_chromium, running_browser
from tests.e2e.console.violations import watched
from tests.e2e.sdks.person import Person, person
from tests.patience import LIMIT_S

PHONE = {"width": 360, "height": 740}
FIRST_REFUSAL = 400


@dataclass
class Window:
    """A person with `sentinel ui`, its page in a browser of their own, and what the page complained of.

    `refused` are the calls that the API refused, `violations` what its policy blocked, as the browser says.
    """

    person: Person
    page: Page
    complaints: list[str] = field(default_factory=list)
    requested: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return self.page.url.partition("/#")[0].rstrip("/")

    async def visit(self, place: str) -> None:
        """Go to a page of the console, such as `approvals`, without a reload."""
        await self.page.goto(f"{self.origin}/#/{place}")


OpenWindow = Callable[..., Awaitable[Window]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stack() -> AsyncIterator[LocalStack]:
    async with LocalStack() as started:
        yield started


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    chromium = await asyncio.to_thread(find_chromium, tmp_path_factory)
    async with running_browser(chromium) as running:
        yield running


@pytest.fixture
def alice(stack: LocalStack, tmp_path: Path) -> Person:
    home = tmp_path / "alice"
    home.mkdir()
    return person(stack, "alice", home)


@pytest_asyncio.fixture(loop_scope="module")
async def opened(stack: LocalStack, browser: Browser, tmp_path: Path) -> AsyncIterator[OpenWindow]:
    """Open the console as one of the callers; each has a browser context, and so a storage, of their own.

    `first` is a script that runs before the page's own. In the end no page may have done what its policy blocks.
    """
    windows: list[Window] = []
    async with AsyncExitStack() as ending:

        async def open_window(
            caller: str, *, dark: bool = False, environ: Mapping[str, str] | None = None, first: str = ""
        ) -> Window:
            home = tmp_path / f"ui-{caller}"
            home.mkdir(exist_ok=True)
            user = person(stack, caller, home)
            user = replace(user, environ={**user.environ, **(environ or {})})
            process = await ending.enter_async_context(user.start("ui", "--print"))
            assert process.stdout is not None
            address = (await process.stdout.readline()).decode().strip()
            context = await browser.new_context(viewport=PHONE, color_scheme="dark" if dark else "light")  # type: ignore[arg-type] # a TypedDict
            ending.push_async_callback(context.close)
            context.set_default_timeout(LIMIT_S * 1000)
            violations = await watched(context)
            await context.add_init_script(first)
            window = Window(user, await context.new_page(), violations=violations)
            windows.append(window)
            window.page.on("pageerror", lambda error: window.complaints.append(str(error)))
            window.page.on("console", lambda said: _note(window, said.type, said.text))
            window.page.on("request", lambda request: window.requested.append(request.url))
            window.page.on("response", lambda answer: _note_refusal(window, answer.status, answer.url))
            await window.page.goto(address)
            await window.page.wait_for_selector("h1")
            return window

        yield open_window
        for window in windows:
            await window.page.evaluate("0")  # all it has reported is here
        assert [window.violations for window in windows] == [[] for _ in windows]


def _note_refusal(window: Window, status: int, url: str) -> None:
    if status >= FIRST_REFUSAL:
        window.refused.append(url)


def _note(window: Window, kind: str, text: str) -> None:
    # A refusal of the API is a failed load to a browser, and no complaint of the page.
    if kind in ("error", "warning") and "Failed to load resource" not in text:
        window.complaints.append(text)
    if "Content Security Policy" in text or "TrustedType" in text:
        window.violations.append(text)
