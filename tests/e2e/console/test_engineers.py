"""The engineer's path: what I may have and why not the rest, asking for it, and using it as soon as it is approved."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Response, Route, expect

from deploy.local.stack import LocalStack
from shared.clock import utc_now
from tests.e2e.client.fake_sign_in import TOKEN, running_sign_in
from tests.e2e.console.conftest import OpenWindow
from tests.e2e.console.keyboard import tab_to
from tests.e2e.sdks.person import Person, person

SIGN_IN = "https://eu-central-1.signin.aws.amazon.com/federation?Action=login"
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def bob(stack: LocalStack, tmp_path: Path) -> Person:
    home = tmp_path / "bob"
    home.mkdir()
    return person(stack, "bob", home)


async def take_back(alice: Person) -> None:
    """Take back what is open, so that a test begins without a request."""
    for each in json.loads((await alice.sentinel("request", "list", "--json")).out)["requests"]:
        if each["status"] in ("pending", "approved"):
            await alice.sentinel("request", "cancel", each["id"])


async def filed_because(reason: str, alice: Person) -> dict[str, object]:
    """Give the one request with a reason; those of one second come in no order."""
    listed = json.loads((await alice.sentinel("request", "list", "--json")).out)
    [filed] = [each for each in listed["requests"] if each["reason"] == reason]
    assert isinstance(filed, dict)
    return filed


async def test_an_engineer_sees_that_a_ticket_is_looked_up_and_where_it_cannot_be(
    alice: Person, opened: OpenWindow
) -> None:
    async def looks_up(route: Route) -> None:
        answer = await (await route.fetch()).json()
        lookup = {"name": "jira", "state": "unusable", "problem": None}
        answer["approval"] |= {"ticket": "INC-\\d+", "ticket_lookup": lookup}
        await route.fulfill(json=answer)

    await take_back(alice)
    page = (await opened("alice")).page
    await page.route("**/v1/explain", looks_up)
    staging = page.locator("li.card", has=page.get_by_role("heading", name="staging"))
    await staging.get_by_role("button", name="Request staging").click()
    await expect(staging.get_by_label("Ticket, like INC-\\d+, looked up in jira")).to_be_visible()
    await expect(staging.get_by_role("alert")).to_contain_text("the document tickets/jira is missing or not valid")


async def test_an_engineer_asks_and_has_it_without_a_reload_and_copies_the_command(
    alice: Person, bob: Person, opened: OpenWindow
) -> None:
    await take_back(alice)
    window = await opened("alice")
    page = window.page
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    staging = page.locator("li.card", has=page.get_by_role("heading", name="staging"))
    prod = page.locator("li.card", has=page.get_by_role("heading", name="prod"))
    await expect(prod).to_contain_text("Production is reached by breaking glass only")
    await staging.get_by_role("button", name="Request staging").click()
    await expect(staging).to_contain_text("1 of bob or carol@example.com decides")
    assert (await staging.get_by_label("For").locator("option").all_inner_texts())[-1] == "4h"
    await staging.get_by_label("For").select_option("4h")
    await staging.get_by_label("Ticket, if there is one").fill("INC-7")
    await staging.get_by_role("button", name="Send the request").click()
    await expect(staging.get_by_role("alert")).to_contain_text("write why")
    await staging.get_by_label("Reason").fill("deploy 1.4")
    await staging.get_by_role("button", name="Send the request").click()
    await expect(page.get_by_role("heading", name="Waits for an approval")).to_be_visible()
    filed = await filed_because("deploy 1.4", alice)
    assert (filed["duration_s"], filed["ticket"]) == (14400, "INC-7")
    assert (await bob.sentinel("request", "approve", str(filed["id"]))).code == 0
    await expect(page.get_by_role("status").first).to_have_text("staging is usable now.")
    await staging.get_by_role("button", name="Copy").click()
    await expect(staging.get_by_role("status")).to_have_text("copied")
    assert await page.evaluate("navigator.clipboard.readText()") == "sentinel exec staging"
    assert (window.complaints, window.refused) == ([], [])


async def test_a_request_for_later_waits_for_its_time_and_is_taken_back(
    alice: Person, bob: Person, opened: OpenWindow
) -> None:
    await take_back(alice)
    page = (await opened("alice")).page
    await page.get_by_role("button", name="Request staging").click()
    await page.get_by_label("From").select_option("later")
    tomorrow = utc_now() + timedelta(days=1)
    zone_min = await page.evaluate("new Date().getTimezoneOffset()")
    begins = (tomorrow - timedelta(minutes=zone_min)).strftime("%Y-%m-%dT%H:%M")
    await page.get_by_label("Begin, in your own time").fill(begins)
    await page.get_by_label("Reason").fill("the migration")
    await page.get_by_role("button", name="Send the request").click()
    await expect(page.get_by_role("heading", name="Waits for an approval")).to_be_visible()
    filed = await filed_because("the migration", alice)
    assert datetime.fromisoformat(str(filed["starts_at"])) == tomorrow.replace(second=0, microsecond=0)
    await bob.sentinel("request", "approve", str(filed["id"]))
    await expect(page.get_by_role("heading", name="Approved, and begins later")).to_be_visible()
    await page.get_by_role("link", name="The request").click()
    await page.get_by_text("Take it back").first.click()
    await page.get_by_role("button", name="Take it back").click()
    await expect(page.locator(".status").first).to_have_text("withdrawn")


async def test_an_approval_is_extended_from_its_page(alice: Person, bob: Person, opened: OpenWindow) -> None:
    await take_back(alice)
    asking = (
        "request",
        "create",
        "staging",
        "--reason",
        "a restore",
        "--ticket",
        "INC-7",
        "--duration",
        "15m",
        "--json",
    )
    first = str(json.loads((await alice.sentinel(*asking)).out)["id"])
    assert (await bob.sentinel("request", "approve", first)).code == 0
    window = await opened("alice")
    await window.visit(f"approvals/{first}")
    await window.page.get_by_text("Extend it").click()
    await window.page.get_by_label("Reason").fill("it still runs")
    await window.page.get_by_label("For").select_option("30m")
    await window.page.get_by_role("button", name="Ask for more time").click()
    await expect(window.page.locator("blockquote")).to_have_text("it still runs")
    await expect(window.page.locator("dl").first.get_by_role("link", name=first)).to_be_visible()
    filed = await filed_because("it still runs", alice)
    assert (filed["extends"], filed["duration_s"], filed["ticket"]) == (first, 1800, "INC-7")
    assert (window.complaints, window.refused) == ([], [])


async def test_a_request_is_sent_without_a_mouse(alice: Person, opened: OpenWindow) -> None:
    await take_back(alice)
    page = (await opened("alice")).page
    await expect(page.get_by_role("button", name="Request staging")).to_be_visible()
    await tab_to(page, "Request staging")
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Reason")).to_be_visible()
    await page.locator("main").focus()
    await tab_to(page, "Reason")
    await page.keyboard.type("by keyboard")
    await tab_to(page, "For")
    await page.keyboard.press("End")
    await tab_to(page, "Send the request")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Waits for an approval")).to_be_visible()
    filed = await filed_because("by keyboard", alice)
    assert filed["duration_s"] == 14400


async def test_the_aws_console_opens_in_a_tab_and_the_page_sees_neither_credentials_nor_token(
    alice: Person, opened: OpenWindow, tmp_path: Path
) -> None:
    async with running_sign_in(tmp_path) as aws:
        window = await opened("alice", environ=aws.environ)
        page = window.page
        seen: list[Response] = []
        page.context.on("response", lambda answer: seen.append(answer))  # noqa: PLW0108 - Playwright marks the function
        # No test reaches AWS: the tab's way there ends at a name that is not found.
        async with page.context.expect_event("requestfailed", lambda each: SIGN_IN in each.url) as leaving:
            await page.get_by_role("button", name="Open the AWS console as dev").click()
        assert TOKEN in (await leaving.value).url
        assert len(page.context.pages) == 2
        await expect(page.get_by_role("button", name="Open the AWS console as dev")).to_be_enabled()
        [(host, form)] = aws.posts
    assert host == "eu-central-1.signin.aws.amazon.com"
    keys = json.loads(form["Session"][0])
    bodies = [await each.text() for each in seen if each.ok]
    assert window.complaints == []
    assert any('"page"' in body for body in bodies)
    for secret in (TOKEN, keys["sessionId"], keys["sessionKey"], keys["sessionToken"]):
        assert not [body for body in bodies if secret in body]
    listed = json.loads((await alice.sentinel("session", "list", "--json", "--profile", "dev")).out)
    assert "active" in {session["status"] for session in listed["sessions"]}


async def test_the_policy_says_why_rule_by_rule_and_of_others_to_who_may_read(
    alice: Person, opened: OpenWindow
) -> None:
    await take_back(alice)
    hers, operator = await opened("alice"), await opened("operator")
    await hers.page.get_by_role("link", name="What the policy says of prod").click()
    await expect(hers.page.get_by_role("heading", level=1, name="Policy")).to_be_visible()
    await expect(hers.page.get_by_role("status")).to_contain_text("alice: prod is refused")
    await expect(hers.page.locator(".rules .decides")).to_contain_text("prod-is-closed")
    await expect(hers.page.get_by_label("For another user")).to_have_count(0)
    await hers.page.get_by_label("Profile").select_option("staging")
    await expect(hers.page.get_by_role("status")).to_contain_text("staging needs an approval")
    await operator.visit("policy/dev")
    await operator.page.get_by_label("For another user").fill("alice")
    await operator.page.get_by_role("button", name="Explain").click()
    await expect(operator.page.get_by_role("status")).to_contain_text("alice: dev is given for 1h")
    await expect(operator.page.locator(".rules .decides")).to_contain_text("user alice matches")
    assert (hers.refused, operator.refused) == ([], [])
