"""The approver's path in a real browser, on a phone: from what waits to the decision."""

import json
import re
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, expect

from deploy.local.stack import LocalStack
from tests.e2e.callers import BECAUSE, hire
from tests.e2e.console.conftest import OpenWindow
from tests.e2e.console.keyboard import tab_to
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


async def test_an_approver_finds_what_waits_reads_it_and_approves_with_one_hand(
    alice: Person, opened: OpenWindow
) -> None:
    denied = await ask(alice, "try the new index")
    bob = await opened("bob")
    page = bob.page
    assert (await bob.person.sentinel("request", "deny", denied, "--comment", "not today")).code == 0
    request_id = await ask(alice, "deploy 1.4 to staging")
    await page.get_by_role("link", name="Approvals").click()
    await page.locator(f'a.card[href$="{request_id}"]').click()
    await shown(page, "h1", "staging for alice")
    await shown(page, "blockquote", "deploy 1.4 to staging")
    await shown(page, "dl", "staging-by-approval")
    await shown(page, "dl", "0 of 1")
    await shown(page, "dl", "bob or carol@example.com")
    history = page.locator("ul.rows li", has_text="try the new index")
    await expect(history).to_contain_text("denied")
    await shown(page, "main", "Their sessions are shown with the permission read")
    # The buttons are where the thumb is, without scrolling.
    for name in ("Approve", "Deny"):
        await expect(page.get_by_role("button", name=name)).to_be_in_viewport(ratio=1)
    await page.get_by_label("Comment").fill("go ahead")
    await page.get_by_role("button", name="Approve").click()
    await shown(page, ".status", "approved")
    await shown(page, "main", "go ahead")
    listed = json.loads((await alice.sentinel("request", "show", request_id, "--json")).out)
    assert listed["approvals"][0]["comment"] == "go ahead"
    assert (bob.complaints, bob.refused) == ([], [])


async def test_an_approver_decides_without_a_mouse(alice: Person, opened: OpenWindow) -> None:
    request_id = await ask(alice, "read the logs")
    bob = await opened("bob")
    await bob.visit(f"approvals/{request_id}")
    await shown(bob.page, "blockquote", "read the logs")
    await shown(bob.page, "main", "other request")
    await tab_to(bob.page, "Comment")
    await bob.page.keyboard.type("fine")
    await tab_to(bob.page, "Approve")
    await bob.page.keyboard.press("Enter")
    await shown(bob.page, ".status", "approved")
    await expect(bob.page.locator("main")).to_be_focused()


async def test_who_may_read_everything_sees_all_that_the_requester_had_and_what_the_policy_says_now(
    alice: Person, opened: OpenWindow
) -> None:
    assert (await alice.sentinel("credentials", "dev", "--force")).code == 0
    request_id = await ask(alice, "compare the tables")
    operator = await opened("operator")
    await operator.visit(f"approvals/{request_id}")
    await expect(operator.page.locator("ul.rows li", has_text="session").first).to_contain_text("dev")
    await operator.page.get_by_text("What the policy says now").click()
    await shown(operator.page, ".rules .decides", "staging-by-approval")
    await operator.page.get_by_role("button", name="Approve").click()
    await expect(operator.page.get_by_role("alert")).to_contain_text("does not let you decide")


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
