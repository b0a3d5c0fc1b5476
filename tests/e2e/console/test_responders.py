"""The security officer's path: who has what now, one session, its revocation, and what came of it."""

import json

import pytest
from playwright.async_api import Page, expect

from tests.e2e.console.conftest import OpenWindow
from tests.e2e.sdks.person import Person

pytestmark = pytest.mark.asyncio(loop_scope="module")
TRAPPED = "() => document.activeElement === document.body || document.activeElement.closest('dialog') !== null"


async def vend(alice: Person) -> str:
    """Vend dev once more, and give the session's id: sessions of one second are listed in no order."""
    before = await session_ids(alice)
    assert (await alice.sentinel("credentials", "dev", "--force", "--no-cache")).code == 0
    [session_id] = await session_ids(alice) - before
    return session_id


async def session_ids(alice: Person) -> set[str]:
    listed = await alice.sentinel("session", "list", "--json", "--profile", "dev")
    return {each["id"] for each in json.loads(listed.out)["sessions"]}


async def open_dialog(page: Page) -> None:
    await page.get_by_role("button", name="Revoke this session").click()
    await expect(page.get_by_role("dialog")).to_be_visible()


async def test_an_officer_finds_a_session_and_revokes_it_and_sees_that_it_holds_everywhere(
    alice: Person, opened: OpenWindow
) -> None:
    session_id = await vend(alice)
    operator = await opened("operator")
    page = operator.page
    await page.get_by_role("link", name="Sessions").click()
    await expect(page.get_by_role("heading", name="alice")).to_be_visible()
    await page.get_by_label("Find").fill("no such person")
    await expect(page.get_by_role("status")).to_have_text("No session is active.")
    await page.get_by_label("Find").fill(f"ALICE {session_id}")
    await expect(page.get_by_role("status")).to_have_text("1 session.")
    await page.get_by_label("Group").select_option("profile")
    await page.get_by_role("link", name="alice").click()
    await expect(page.locator("h1")).to_contain_text("dev of alice")
    await expect(page.locator("ol.timeline li")).to_contain_text(["credentials issued by alice", "credentials end"])
    await open_dialog(page)
    for words in ("other sessions continue", "within seconds", "Roles that were assumed", "instances", "vend again"):
        await expect(page.get_by_role("dialog")).to_contain_text(words)
    await page.get_by_role("button", name="Revoke now").click()
    await expect(page.get_by_role("alert")).to_contain_text("write why")
    await page.get_by_label("Reason").fill("the laptop is gone")
    await page.get_by_role("button", name="Revoke now").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.locator("p .status").first).to_have_text("revoked")
    await expect(page.locator("ol.timeline li").last).to_contain_text("revoked by operator: the laptop is gone")
    await expect(page.get_by_role("status").last).to_contain_text("sns sent")
    await expect(page.get_by_role("row", name="111122223333")).to_contain_text("says what it should")
    assert (operator.complaints, operator.refused) == ([], [])


async def test_a_session_s_timeline_has_the_request_and_the_approval(alice: Person, opened: OpenWindow) -> None:
    asked = json.loads((await alice.sentinel("request", "create", "staging", "--reason", "deploy", "--json")).out)
    bob, operator = await opened("bob"), await opened("operator")
    await bob.person.sentinel("request", "approve", asked["id"], "--comment", "go")
    assert (await alice.sentinel("credentials", "staging", "--force")).code == 0
    listed = json.loads((await alice.sentinel("session", "list", "--json", "--profile", "staging")).out)
    await operator.visit(f"sessions/{listed['sessions'][0]['id']}")
    steps = ["asked by alice: deploy", "approved by bob: go", "credentials issued by alice", "credentials end"]
    await expect(operator.page.locator("ol.timeline li")).to_contain_text(steps)


async def test_a_session_that_is_revoked_while_its_user_looks_at_it_says_so(alice: Person, opened: OpenWindow) -> None:
    session_id = await vend(alice)
    window, operator = await opened("alice"), await opened("operator")
    await window.visit(f"sessions/{session_id}")
    await open_dialog(window.page)
    revoked = await operator.person.sentinel("session", "revoke", session_id, "--reason", "the laptop is gone")
    assert revoked.code == 0, revoked.err
    await expect(window.page.get_by_role("dialog")).to_have_count(0)
    await expect(window.page.get_by_role("status").first).to_contain_text("Revoked by operator")
    await expect(window.page.get_by_role("button", name="Revoke this session")).to_have_count(0)
    assert (window.complaints, window.refused) == ([], [])


async def test_the_dialog_keeps_the_focus_and_gives_it_back(alice: Person, opened: OpenWindow) -> None:
    session_id = await vend(alice)
    page = (await opened("operator")).page
    await page.goto(f"{page.url.partition('#')[0]}#/sessions/{session_id}")
    await page.get_by_role("button", name="Revoke this session").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await expect(page.get_by_role("dialog").get_by_role("heading")).to_be_focused()
    for key in ["Tab"] * 12 + ["Shift+Tab"] * 12:
        await page.keyboard.press(key)
        assert await page.evaluate(TRAPPED)
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.get_by_role("button", name="Revoke this session")).to_be_focused()


async def test_every_session_of_a_user_ends_and_they_are_locked_out(opened: OpenWindow) -> None:
    carol, operator = await opened("carol"), await opened("operator")
    assert (await carol.person.sentinel("credentials", "dev", "--force")).code == 0
    page = operator.page
    await page.get_by_role("link", name="Sessions").click()
    await page.get_by_role("button", name="Revoke every session of carol@example.com").click()
    await page.get_by_label("Also lock the user out").select_option("1h")
    await page.get_by_label("Reason").fill("left the company")
    await page.get_by_role("button", name="Revoke now").click()
    await expect(page.get_by_role("heading", name="carol@example.com")).to_have_count(0)
    await expect(page.get_by_role("status").first).to_contain_text("Locked out: user carol@example.com")
    await expect(page.get_by_role("row", name="111122223333")).to_contain_text("says what it should")
    await page.get_by_role("link", name="Incident").click()
    card = page.locator("li.card", has_text="carol@example.com")
    await expect(card).to_contain_text("left the company")
    await card.get_by_text("Lift", exact=True).click()
    await card.get_by_role("button", name="Lift this lockout").click()
    await expect(card).to_have_count(0)


async def test_a_lockout_is_set_with_a_name_never_seen_said_and_lifted(opened: OpenWindow) -> None:
    operator = await opened("operator")
    page = operator.page
    await page.get_by_role("link", name="Incident").click()
    await page.get_by_label("Name").fill("alise")
    await page.get_by_label("Reason").first.fill("drill")
    await page.get_by_role("button", name="Lock", exact=True).click()
    await expect(page.get_by_role("status").first).to_contain_text("Nothing of this name was ever seen")
    card = page.locator("li.card", has_text="alise")
    await expect(card).to_contain_text("drill")
    await card.get_by_text("Lift", exact=True).click()
    await card.get_by_role("button", name="Lift this lockout").click()
    await expect(card).to_have_count(0)


async def test_a_refusal_is_shown_in_the_words_of_the_api(opened: OpenWindow) -> None:
    bob = await opened("bob")
    await bob.page.get_by_role("link", name="Incident").click()
    await expect(bob.page.get_by_role("alert").first).to_contain_text("permission of the admin policy")
