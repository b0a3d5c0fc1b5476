"""Signing in to the hosted console: answers that are forged, of another sign-in or used twice, and addresses."""

from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from playwright.async_api import expect

from tests.security.console.conftest import SIGNED_IN, Visitor, kept, outcome

pytestmark = pytest.mark.asyncio(loop_scope="module")
FOREIGN = "This answer belongs to no sign-in of this tab."
REFUSED = "The identity provider refused the sign-in"


async def test_a_request_has_a_state_a_nonce_and_a_challenge_that_are_new_each_time(visitor: Visitor) -> None:
    seen = []
    for _ in range(2):
        page = await visitor.open()
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.get_by_role("link", name="carol")).to_be_visible()
        asked = dict(parse_qsl(urlsplit(page.url).query))
        assert (asked["response_type"], asked.get("code_challenge_method")) == ("code", "S256")
        assert (asked["redirect_uri"], asked["scope"]) == (visitor.host.console, "openid email profile")
        seen += [asked["state"], asked["nonce"], asked["code_challenge"]]
    assert len(set(seen)) == len(seen)
    assert min(map(len, seen)) >= 43


@pytest.mark.parametrize(
    ("asked", "answered", "said"),
    [
        ({}, {"state": "forged"}, '"state"'),
        ({}, {"state": ""}, '"state"'),
        ({}, {"iss": "https://evil.example"}, '"iss"'),
        ({}, {"iss": ""}, '"iss"'),
        ({}, {"code": "forged"}, f"{REFUSED} (invalid_grant)."),
        ({}, {"error": "access_denied"}, f"{REFUSED} (access_denied)."),
        ({}, {"error": "<b>call 555 to sign in</b>"}, f"{REFUSED}."),
        ({"nonce": "forged"}, {}, '"nonce"'),
        ({"code_challenge": "forged"}, {}, f"{REFUSED} (invalid_grant)."),
    ],
)
async def test_an_answer_that_is_not_this_sign_ins_is_refused(
    visitor: Visitor, asked: dict[str, str], answered: dict[str, str], said: str
) -> None:
    page = await visitor.open("#/approvals")
    answer = {**await visitor.answer_for(page, **asked), **answered}
    assert said in await visitor.return_with(page, {name: value for name, value in answer.items() if value})
    assert await kept(page) == {}
    assert page.url == f"{visitor.host.console}#/approvals"
    assert visitor.redeemed == (1 if asked or "code" in answered else 0)


async def test_an_answer_is_taken_once_and_only_by_the_tab_that_asked(visitor: Visitor) -> None:
    page = await visitor.open()
    answer = await visitor.answer_for(page)
    other = await visitor.open()
    assert await visitor.return_with(other, answer) == f"You are not signed in. {FOREIGN}"
    assert '"state"' in await visitor.return_with(page, {**answer, "state": "forged"})
    assert await visitor.return_with(page, answer) == f"You are not signed in. {FOREIGN}"
    assert (visitor.redeemed, await kept(page), await kept(other)) == (0, {}, {})


async def test_an_issuer_that_calls_itself_another_is_not_asked_to_sign_anyone_in(visitor: Visitor) -> None:
    page = await visitor.open()
    pods = visitor.provider.issuer("pods")
    described = {"issuer": pods, "authorization_endpoint": f"{pods}/authorize"}
    await page.route("**/openid-configuration", lambda route: route.fulfill(json=described))
    await page.get_by_role("button", name="Sign in").click()
    assert "not signed in" in await outcome(page)
    assert page.url == visitor.host.console


@pytest.mark.parametrize("place", ["elsewhere", "javascript:document.title='owned'", ""])
async def test_no_one_is_sent_to_an_address_that_is_not_https(visitor: Visitor, place: str) -> None:
    page = await visitor.open()
    endpoint = visitor.host.elsewhere if place == "elsewhere" else place
    described = {"issuer": visitor.provider.issuer("corp"), "authorization_endpoint": endpoint}
    await page.route("**/openid-configuration", lambda route: route.fulfill(json=described))
    await page.get_by_role("button", name="Sign in").click()
    assert "not signed in" in await outcome(page)
    assert page.url == visitor.host.console
    assert await page.title() == "Sign in · Sentinel"


async def test_a_sign_in_that_is_not_disturbed_succeeds(visitor: Visitor) -> None:
    page = await visitor.open("#/approvals")
    assert await visitor.return_with(page, await visitor.answer_for(page)) == SIGNED_IN
    assert page.url == f"{visitor.host.console}#/approvals"
    await expect(page.locator(".me")).to_contain_text("carol@example.com")
    assert await page.evaluate("violations") == []


async def test_an_answer_is_not_taken_by_another_console_of_the_same_origin(visitor: Visitor) -> None:
    page = await visitor.open()
    answer = await visitor.answer_for(page)
    await page.goto(f"{visitor.host.url}/other/console/?{urlencode(answer)}")
    assert await outcome(page) == f"You are not signed in. {FOREIGN}"
    assert visitor.redeemed == 0
