"""The report as a file in a browser: readable on a phone and on paper, and nothing in it runs or asks for anything."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Browser, Page, ViewportSize, expect

from sentinel.evidence.reporting.page import write_page
from tests.e2e.console.conftest import PHONE
from tests.e2e.console.hostile import WORST
from tests.e2e.console.violations import watched
from tests.evidence.history import END, write_history
from tests.evidence.reports import issued, report_of
from tests.patience import LIMIT_S

pytestmark = pytest.mark.asyncio(loop_scope="module")
# A4 at 96 dots per inch, without margins.
PAPER: ViewportSize = {"width": 794, "height": 1123}
FITS = "document.documentElement.scrollWidth <= innerWidth"
# What only markup could have made of a name.
MADE = "document.querySelectorAll('script, img, iframe, form, a[href^=javascript], #planted').length"


@dataclass
class Opened:
    page: Page
    complaints: list[str] = field(default_factory=list)
    requested: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)


Open = Callable[[str], Awaitable[Opened]]


@pytest_asyncio.fixture(loop_scope="module", params=["light", "dark"])
async def open_page(request: pytest.FixtureRequest, browser: Browser, tmp_path: Path) -> AsyncIterator[Open]:
    async with AsyncExitStack() as ending:

        async def open_page(text: str) -> Opened:
            file = tmp_path / "report.html"
            file.write_text(text, encoding="utf-8")
            context = await browser.new_context(viewport=PHONE, color_scheme=request.param)  # type: ignore[arg-type] # a TypedDict
            ending.push_async_callback(context.close)
            context.set_default_timeout(LIMIT_S * 1000)
            opened = Opened(await context.new_page(), violations=await watched(context))
            opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
            opened.page.on("console", lambda said: opened.complaints.append(said.text))
            opened.page.on("request", lambda asked: opened.requested.append(asked.url))
            await opened.page.goto(file.as_uri())
            return opened

        yield open_page


async def test_the_report_is_accessible_and_fits_a_phone_and_paper(open_page: Open) -> None:
    opened = await open_page(write_page(report_of(write_history()), END))
    page = opened.page
    await expect(page.get_by_role("heading", name="Access report")).to_be_visible()
    await expect(page.get_by_role("img", name="Sessions by day")).to_be_visible()
    by_day = page.get_by_role("region", name="Sessions by day")
    await expect(by_day).not_to_be_visible()
    found = await Axe().run(page)
    assert [(each["id"], each["nodes"][0]["html"]) for each in found.response["violations"]] == []
    assert await page.evaluate(FITS)
    await page.emulate_media(media="print")
    await page.set_viewport_size(PAPER)
    assert await page.evaluate(FITS)
    # Paper has no button that opens a table, and no dark.
    await expect(by_day.get_by_role("row", name="2026-06-13")).to_be_visible()
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert (opened.complaints, opened.violations, opened.requested) == ([], [], [page.url])


async def test_what_attackers_call_themselves_stays_text(open_page: Open) -> None:
    lines = [line for name in (WORST, WORST[::-1]) for line in issued(user=name, profile=name, rule=name)]
    opened = await open_page(write_page(report_of(lines), END))
    page = opened.page
    await expect(page.get_by_role("heading", name="Access report")).to_be_visible()
    assert await page.title() == "Access report"
    assert await page.evaluate(MADE) == 0
    assert await page.evaluate(FITS)
    assert (opened.complaints, opened.violations, opened.requested) == ([], [], [page.url])
