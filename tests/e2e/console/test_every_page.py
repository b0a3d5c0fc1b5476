"""Every page is accessible in light and in dark, fits a phone, and draws what the API has."""

import json

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Page, expect

from tests.e2e.console.conftest import OpenWindow, Window
from tests.e2e.sdks.person import Person

pytestmark = pytest.mark.asyncio(loop_scope="module")
# A finger needs 44 CSS pixels; of a link within a line of text the line is enough.
TOO_SMALL = """() => [...document.querySelectorAll("button, select, input, textarea, nav a, summary, .rows li > a")]
  .filter((each) => each.getClientRects().length && each.getBoundingClientRect().height < 44)
  .map((each) => each.outerHTML)"""
PLACES = ("access", "approvals", "sessions", "emergencies", "incident", "activity", "policy/staging")


async def check(page: Page, what: str) -> None:
    await page.wait_for_load_state("networkidle")
    found = await Axe().run(page)
    assert [(what, each["id"], each["nodes"][0]["html"]) for each in found.response["violations"]] == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), what
    assert await page.evaluate(TOO_SMALL) == [], what


@pytest.fixture
def long() -> str:
    return "x" * 400 + " " + "a long reason " * 40


@pytest.mark.parametrize("dark", [False, True])
async def test_every_page_is_accessible_and_fits_a_phone(
    alice: Person, opened: OpenWindow, long: str, *, dark: bool
) -> None:
    for each in json.loads((await alice.sentinel("request", "list", "--json")).out)["requests"]:
        await alice.sentinel("request", "cancel", each["id"])
    asked = json.loads((await alice.sentinel("request", "create", "staging", "--reason", long, "--json")).out)
    assert (await alice.sentinel("credentials", "dev", "--force")).code == 0
    session = json.loads((await alice.sentinel("session", "list", "--json")).out)["sessions"][0]
    operator = await opened("operator", dark=dark)
    links = operator.page.get_by_role("navigation").get_by_role("link")
    named = await links.evaluate_all("(links) => links.map((each) => each.hash.slice(2))")
    assert named == [place.partition("/")[0] for place in PLACES]
    for place in (*PLACES, f"approvals/{asked['id']}", f"sessions/{session['id']}"):
        await operator.visit(place)
        await expect(operator.page.locator("h1")).to_be_visible()
        await check(operator.page, place)
    await operator.page.get_by_role("button", name="Revoke this session").click()
    await check(operator.page, "the dialog")
    await operator.page.keyboard.press("Escape")
    await operator.visit("access")
    await operator.page.get_by_role("button", name="Request staging").click()
    await expect(operator.page.get_by_role("button", name="Send the request")).to_be_visible()
    await check(operator.page, "the form of a request")
    assert (operator.complaints, operator.refused) == ([], [])


async def test_activity_is_drawn_and_is_in_the_tables(alice: Person, opened: OpenWindow) -> None:
    why = "checkout is down, INC-7: restart the payment workers"
    words = ("break-glass", "start", "prod", "--reason", "incident", "--justification", why)
    assert (await alice.sentinel(*words)).code == 0
    assert (await alice.sentinel("credentials", "prod", "--force")).code == 0
    operator = await opened("operator")
    await operator.visit("activity")
    for title in ("Sessions a day", "Break-glass by profile"):
        figure = operator.page.locator("figure", has=operator.page.get_by_role("heading", name=title))
        await expect(figure.locator("canvas")).to_be_visible()
        assert await is_drawn(operator, title)
        if title == "Sessions a day":
            await figure.get_by_text("as a table").click()
        await expect(figure.get_by_role("table")).to_be_visible()
    await expect(operator.page.get_by_role("row", name="prod")).to_contain_text("1")
    assert (operator.complaints, operator.refused) == ([], [])


async def is_drawn(window: Window, title: str) -> bool:
    """Whether the canvas of a figure has more than one colour."""
    canvas = window.page.locator("figure", has_text=title).locator("canvas")
    counted: int = await canvas.evaluate(
        """(canvas) => new Set(new Uint32Array(
          canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size"""
    )
    return counted > 1
