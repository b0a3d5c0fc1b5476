import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from deploy.local.stack import LocalStack
from tests.browser import find_chromium, running_browser
from tests.e2e.sdks.person import Person, person
from tests.patience import LIMIT_S

PHONE = {"width": 360, "height": 740}
FIRST_REFUSAL = 400


@dataclass
class Window:
    """A person with `sentinel ui`, its page in a browser of their own, its complaints, and what it was refused."""

    person: Person
    page: Page
    complaints: list[str] = field(default_factory=list)
    requested: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    async def visit(self, place: str) -> None:
        """Go to a place of the console, as by a link from elsewhere."""
        await self.page.goto(re.sub(r"#.*|$", f"#/{place}", self.page.url, count=1))


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
    """Open the console as one of the callers; each has a browser context, and so a storage, of their own."""
    async with AsyncExitStack() as ending:

        async def open_window(
            caller: str, *, dark: bool = False, environ: Mapping[str, str] = MappingProxyType({})
        ) -> Window:
            home = tmp_path / f"ui-{caller}"
            home.mkdir()
            known = person(stack, caller, home)
            user = replace(known, environ={**known.environ, **environ})
            process = await ending.enter_async_context(user.start("ui", "--print"))
            assert process.stdout is not None
            address = (await process.stdout.readline()).decode().strip()
            context = await browser.new_context(viewport=PHONE, color_scheme="dark" if dark else "light")  # type: ignore[arg-type] # a TypedDict
            ending.push_async_callback(context.close)
            context.set_default_timeout(LIMIT_S * 1000)
            window = Window(user, await context.new_page())
            window.page.on("pageerror", lambda error: window.complaints.append(str(error)))
            window.page.on("console", lambda said: _note(window, said.type, said.text))
            window.page.on("request", lambda request: window.requested.append(request.url))
            window.page.on("response", lambda answer: _note_refusal(window, answer.status, answer.url))
            await window.page.goto(address)
            await window.page.wait_for_selector("h1")
            return window

        yield open_window


def _note_refusal(window: Window, status: int, url: str) -> None:
    if status >= FIRST_REFUSAL:
        window.refused.append(url)


def _note(window: Window, kind: str, text: str) -> None:
    # A refusal of the API is a failed load to a browser, and no complaint of the page.
    if kind in ("error", "warning") and "Failed to load resource" not in text:
        window.complaints.append(text)
