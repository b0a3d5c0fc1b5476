"""The security officer's path: who has what now, one session, its revocation, and what came of it."""

import json

import pytest
from playwright.async_api import expect

from tests.e2e.console.conftest import OpenWindow
from tests.e2e.sdks.person import Person

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_an_operator_finds_a_session_and_revokes_it_and_sees_that_it_holds(
    alice: Person, opened: OpenWindow
) -> None:
    vended = json.loads((await alice.sentinel("credentials", "dev", "--force")).out)
    assert vended["SessionToken"]
    operator = await opened("operator")
    page = operator.page
    await page.get_by_role("link", name="Sessions").click()
    await page.get_by_label("Whose").select_option("all")
    await page.get_by_role("link", name="alice").first.click()
    await expect(page.locator("h1")).to_contain_text("dev of alice")
    await page.get_by_text("Revoke", exact=True).click()
    await page.get_by_role("button", name="Revoke this session").click()
    await expect(page.get_by_role("alert")).to_contain_text("write why")
    await page.get_by_label("Reason").fill("the laptop is gone")
    await page.get_by_role("button", name="Revoke this session").click()
    await expect(page.locator("dl .status").first).to_contain_text("revoked")
    await expect(page.get_by_role("status")).to_contain_text("Kill switch")
    assert operator.complaints == []


async def test_a_lockout_is_set_with_a_name_never_seen_said_and_lifted(opened: OpenWindow) -> None:
    operator = await opened("operator")
    page = operator.page
    await page.get_by_role("link", name="Incident").click()
    await page.get_by_label("Name").fill("alise")
    await page.get_by_label("Reason").first.fill("drill")
    await page.get_by_role("button", name="Lock").click()
    await expect(page.get_by_role("status")).to_contain_text("Nothing of this name was ever seen")
    card = page.locator("li.card", has_text="alise")
    await expect(card).to_contain_text("drill")
    await card.get_by_text("Lift", exact=True).click()
    await card.get_by_role("button", name="Lift this lockout").click()
    await expect(card).to_have_count(0)


async def test_a_refusal_is_shown_in_the_words_of_the_api(opened: OpenWindow) -> None:
    bob = await opened("bob")
    await bob.page.get_by_role("link", name="Incident").click()
    await expect(bob.page.get_by_role("alert").first).to_contain_text("permission of the admin policy")
