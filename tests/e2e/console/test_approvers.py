"""The approver's path in a real browser, on a phone: from what waits to the decision."""

import json
import re
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Page, expect

from deploy.local.stack import LocalStack
from tests.e2e.callers import BECAUSE, hire
from tests.e2e.console.conftest import OpenWindow
from tests.e2e.sdks.person import Person

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def ask(alice: Person, reason: str) -> str:
    """File a request for staging in place of an open one, and give its id."""
    listed = json.loads((await alice.sentinel("request", "list", "--json")).out)
    for each in listed["requests"]:
        if each["status"] in ("pending", "approved"):
            await alice.sentinel("request", "cancel", each["id"])
    done = await alice.sentinel("request", "create", "staging", "--reason", reason, "--json")
    assert done.code == 0, done.err
    return str(json.loads(done.out)["id"])


async def shown(page: Page, selector: str, text: str) -> None:
    await expect(page.locator(selector).first).to_contain_text(text)


async def test_an_approver_finds_what_waits_reads_it_and_approves(alice: Person, opened: OpenWindow) -> None:
    request_id = await ask(alice, "deploy 1.4 to staging")
    bob = await opened("bob")
    await bob.page.get_by_role("link", name="Approvals").click()
    await bob.page.locator(f'a.card[href$="{request_id}"]').click()
    await shown(bob.page, "h1", "staging for alice")
    await shown(bob.page, "blockquote", "deploy 1.4 to staging")
    await bob.page.get_by_label("Comment").fill("go ahead")
    await bob.page.get_by_role("button", name="Approve").click()
    await shown(bob.page, ".status", "approved")
    await shown(bob.page, "main", "go ahead")
    listed = json.loads((await alice.sentinel("request", "show", request_id, "--json")).out)
    assert listed["approvals"][0]["comment"] == "go ahead"
    assert bob.complaints == []


async def test_the_link_of_a_notification_works_and_survives_a_reload(stack: LocalStack, opened: OpenWindow) -> None:
    asking = await hire(stack)
    inbox = await asking.inbox()
    await asking.ask("staging")
    link = urlsplit((await inbox.next()).message["link"])
    bob = await opened("bob")
    start = urlsplit(bob.page.url)
    assert start.fragment == ""
    await bob.page.goto(link._replace(netloc=start.netloc).geturl())
    await shown(bob.page, "blockquote", BECAUSE)
    await bob.page.reload()
    await shown(bob.page, "blockquote", BECAUSE)
    await bob.page.get_by_label("Comment").fill("not today")
    await bob.page.get_by_role("button", name="Deny").click()
    await shown(bob.page, ".status", "denied")


async def test_nothing_is_asked_of_any_other_server_and_little_to_paint_first(opened: OpenWindow) -> None:
    bob = await opened("bob")
    hosts = {urlsplit(url).netloc for url in bob.requested}
    assert hosts == {urlsplit(bob.page.url).netloc}
    files = [urlsplit(url).path for url in bob.requested if not urlsplit(url).path.startswith("/api/")]
    painted = {"/", "/app.css", "/app.js"}
    assert {re.sub(r"-[0-9a-f]{12}", "", path) for path in files} - {"/icon.svg"} == painted | {"/config.json"}


@pytest.mark.parametrize("place", ["access", "approvals", "sessions", "emergencies", "incident"])
@pytest.mark.parametrize("dark", [False, True])
async def test_every_page_is_accessible_and_fits_a_phone(opened: OpenWindow, place: str, *, dark: bool) -> None:
    operator = await opened("operator", dark=dark)
    await operator.page.goto(re.sub(r"#.*|$", f"#/{place}", operator.page.url, count=1))
    await operator.page.wait_for_load_state("networkidle")
    found = await Axe().run(operator.page)
    assert [each["id"] for each in found.response["violations"]] == []
    assert await operator.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert operator.complaints == []
