"""What a page shows, and into which form what was typed comes back: of odd answers, long words and other pages."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.security.console.conftest import SIGNED_IN, Visitor, outcome
from tests.security.console.test_token_attacks import SLEPT, sign_out

pytestmark = pytest.mark.asyncio(loop_scope="module")
FIRST, SECOND = "0123456789abcdef", "fedcba9876543210"
AT = "2026-11-24T12:00:00Z"
TYPED = "half a sentence"


def request(request_id: str, **changed: Any) -> dict[str, Any]:
    """Give a request that waits for carol, as the API answers it."""
    names = {"id": request_id, "user": "alice", "profile": "prod", "reason": "deploy", "rule": "prod", "ticket": None}
    state: dict[str, Any] = {
        "status": "pending",
        "window": None,
        "approvals": [],
        "ended": None,
        "auto_approved": False,
    }
    terms = {"duration_s": 3600, "uses": "any", "quorum": 1, "approvers": ["carol@example.com"], "starts_at": None}
    return {**names, **state, **terms, "created_at": AT, "pending_until": AT, **changed}


async def answer(page: Page, request_id: str, **changed: Any) -> None:
    """Have the API answer with a request."""
    found = {"request": request(request_id, **changed)}
    await page.route(f"**/v1/requests/{request_id}", lambda route: route.fulfill(json=found))


async def interrupted(visitor: Visitor) -> Page:
    """Type a comment on the first request, whose page has gone when its writer has signed in again."""
    page = await visitor.open(f"#/approvals/{FIRST}")
    await visitor.sign_in(page)
    await answer(page, FIRST)
    await page.get_by_label("Comment").fill(TYPED)
    await page.evaluate(SLEPT)
    assert "Your sign-in ended" in await outcome(page)
    await page.unroute_all()
    await visitor.sign_in(page)
    return page


async def test_what_was_typed_on_a_page_comes_back_on_no_other(visitor: Visitor) -> None:
    page = await interrupted(visitor)
    await answer(page, SECOND)
    await page.goto(f"{visitor.host.console}#/approvals/{SECOND}")
    await expect(page.get_by_label("Comment")).to_have_value("")


async def test_what_was_typed_comes_back_to_no_one_after_a_sign_out(visitor: Visitor) -> None:
    page = await interrupted(visitor)
    other = await visitor.open()
    await sign_out(other)
    await expect(page.get_by_role("alert")).to_contain_text("signed out in another tab")
    await visitor.sign_in(other)
    await answer(page, FIRST)
    await expect(page.get_by_label("Comment")).to_have_value("")


@pytest.mark.parametrize("wrong", [{"approvers": None}, {"status": 7}, {"approvals": {}}, {"created_at": "soon"}])
async def test_an_answer_that_cannot_be_shown_is_said_and_the_other_pages_stay(
    visitor: Visitor, wrong: dict[str, Any]
) -> None:
    page = await visitor.open(f"#/approvals/{FIRST}")
    await visitor.sign_in(page)
    await answer(page, FIRST, **wrong)
    await expect(page.get_by_role("alert").last).to_contain_text("cannot show what Sentinel answered")
    await expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    await page.get_by_role("link", name="Sessions").click()
    await expect(page.get_by_role("heading", name="Sessions")).to_be_visible()
    await expect(page.get_by_role("alert")).to_have_count(0)


async def test_words_of_many_lines_push_no_fact_of_a_request_out_of_sight(visitor: Visitor) -> None:
    page = await visitor.open(f"#/approvals/{FIRST}")
    await visitor.sign_in(page)
    await answer(page, FIRST, reason="deploy\n" + "\n" * 900 + "x")
    await expect(page.get_by_role("button", name="Approve")).to_be_in_viewport()
    await expect(page.get_by_text("May decide")).to_be_in_viewport()
    assert await outcome(page) == SIGNED_IN
