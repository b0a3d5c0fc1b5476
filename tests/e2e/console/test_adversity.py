"""What goes wrong around the console: hostile words, two people at once, an API that is away, a login that is over."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from deploy.local.stack import LocalStack
from tests.e2e.callers import Caller, hire
from tests.e2e.console.conftest import OpenWindow
from tests.e2e.console.line import Line
from tests.e2e.everyday.test_login import BROWSER
from tests.patience import LIMIT_S

pytestmark = pytest.mark.asyncio(loop_scope="module")
# Every pause of a second or more is noted and made short, so that a minute's back-off takes no minute.
HURRY = """
window.realWait = window.setTimeout;
window.pauses = [];
window.setTimeout = (act, pause) => {
  if (pause >= 1000) window.pauses.push(pause);
  return window.realWait(act, Math.min(pause, 200));
};
"""


async def mark(page: Page) -> None:
    """Leave a mark that is lost where the page is loaded again."""
    await page.evaluate("window.isMarked = true")


async def until(page: Page, condition: str) -> None:
    """Wait for a condition on the pauses. Playwright would evaluate a text in the page, which its policy blocks."""
    look = f"const look = () => ({condition} ? done() : realWait(look, 50)); look();"
    async with asyncio.timeout(LIMIT_S):
        await page.evaluate(f"() => new Promise((done) => {{ {look} }})")


async def record(caller: Caller, request_id: str) -> dict[str, Any]:
    return dict((await caller.get(f"/v1/requests/{request_id}")).body["request"])


async def test_of_two_people_who_decide_at_once_one_does_and_the_other_reads_what_happened(
    stack: LocalStack, opened: OpenWindow
) -> None:
    asking = await hire(stack)
    request_id = await asking.ask("staging")
    bob, carol = await opened("bob"), await opened("carol")
    for window in (bob, carol):
        await window.visit(f"approvals/{request_id}")
        await window.page.get_by_label("Comment").fill("decided")
    approve = bob.page.get_by_role("button", name="Approve")
    deny = carol.page.get_by_role("button", name="Deny")
    await asyncio.gather(approve.click(), deny.click())
    for window in (bob, carol):
        await expect(window.page.get_by_role("button", name="Approve")).to_have_count(0)
    decided = await record(asking, request_id)
    is_approved = decided["status"] == "approved"
    late, words = (carol, "The request is approved, by bob") if is_approved else (bob, "The request is denied by carol")
    await expect(late.page.get_by_role("alert")).to_contain_text(words)
    for window in (bob, carol):
        await expect(window.page.locator("main .status").first).to_have_text(decided["status"])
    assert await (bob if is_approved else carol).page.get_by_role("alert").count() == 0
    assert [vote["user"] for vote in decided["approvals"]] == (["bob"] if is_approved else [])
    assert (decided["ended"] is None) is is_approved
    # What was refused is about this page only.
    await late.visit("approvals")
    await expect(late.page.get_by_role("alert")).to_have_count(0)


async def test_no_request_is_shown_under_the_address_of_another(stack: LocalStack, opened: OpenWindow) -> None:
    first, second = [await (await hire(stack)).ask("staging") for _ in range(2)]
    bob = await opened("bob")
    answered = asyncio.Event()

    async def late(route: Any) -> None:
        await answered.wait()
        await route.continue_()

    await bob.visit(f"approvals/{first}")
    await bob.page.get_by_label("Comment").fill("of the first")
    await bob.page.route(f"**/api/v1/requests/{second}", late)
    await bob.visit(f"approvals/{second}")
    await expect(bob.page.get_by_role("button", name="Approve")).to_have_count(0)
    answered.set()
    await expect(bob.page.get_by_label("Comment")).to_have_value("")
    await bob.page.unroute_all(behavior="ignoreErrors")


async def test_an_api_that_is_away_is_said_while_all_stays_and_is_found_again(
    stack: LocalStack, opened: OpenWindow
) -> None:
    async with Line(stack.http_api) as line:
        request_id = await (await hire(stack)).ask("staging")
        bob = await opened("bob", environ={"SENTINEL_REMOTE_SERVER": line.url}, first=HURRY)
        await bob.visit("approvals")
        card = bob.page.locator(f'a[href$="{request_id}"]')
        await expect(card).to_be_visible()
        page = bob.page
        await mark(page)
        await line.cut()
        alert = page.get_by_role("alert").first
        await expect(alert).to_contain_text("cannot be reached")
        await expect(alert).to_contain_text("check host and port")
        await expect(card).to_be_visible()
        await until(page, "pauses.length >= 6 && pauses.slice(-4).every((pause) => pause === 60_000)")
        await page.evaluate("pauses.splice(0)")
        await line.mend()
        await expect(page.get_by_role("alert")).to_have_count(0)
        another = await (await hire(stack)).ask("staging")
        await expect(page.locator(f'a[href$="{another}"]')).to_be_visible()
        assert await page.evaluate("isMarked")
        # It asks as often as before.
        await until(page, "pauses.includes(5_000)")
    assert bob.complaints == []


async def test_a_login_that_is_over_is_said_with_its_remedy_which_the_page_notices(
    stack: LocalStack, opened: OpenWindow, tmp_path: Path
) -> None:
    browser = tmp_path / "browser.py"
    browser.write_text(BROWSER, encoding="utf-8")
    opening = f"{sys.executable} {browser} {stack.identity.authority_file} %s"
    carol = await opened("carol", environ={**stack.login_environment, "BROWSER": opening}, first=HURRY)
    page, alert = carol.page, carol.page.get_by_role("alert")
    await mark(page)
    await expect(alert.first).to_contain_text("not logged in")
    await expect(alert.first).to_contain_text("sentinel login")
    assert (await carol.person.sentinel("login")).code == 0
    await expect(alert).to_have_count(0)
    profile = page.get_by_role("heading", name="dev")
    await expect(profile).to_be_visible()
    assert (await carol.person.sentinel("logout")).code == 0
    await expect(alert.first).to_contain_text("sentinel login")
    await expect(profile).to_be_visible()
    assert await page.evaluate("isMarked")
