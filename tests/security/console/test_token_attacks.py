"""The token of a sign-in: where it is, which tabs get it, what a script could do with it, and when it is forgotten."""

import json
from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from tests.security.console.conftest import MARK, SIGNED_IN, Visitor, kept, outcome

pytestmark = pytest.mark.asyncio(loop_scope="module")
SESSION = "sentinel-console /console/"
ENDED = "Your sign-in ended"
POST = "([path, sent]) => new BroadcastChannel(`sentinel-console ${path}`).postMessage(sent)"
LISTEN = (
    "() => new BroadcastChannel('sentinel-console /console/').addEventListener('message', ({data}) => "
    "{ window.heard ||= data === 'after'; })"
)
SLEPT = (
    "() => { const now = Date.now; Date.now = () => now() + 3.7e6; "
    "document.dispatchEvent(new Event('visibilitychange')); }"
)


async def token_of(page: Page) -> str:
    return str(json.loads((await kept(page))[SESSION])["token"])


async def heard(page: Page, sender: Page) -> None:
    """Wait until a page that listens has had all that another tab sent so far: messages arrive in their order."""
    await sender.evaluate(POST, ["/console/", "after"])
    await page.wait_for_function("() => window.heard")


async def sign_out(page: Page) -> None:
    """Sign out, and return from the provider."""
    async with page.expect_event("load"):
        await page.get_by_role("button", name="Sign out").click()


async def test_it_is_in_one_header_and_in_the_tab_and_nowhere_else(visitor: Visitor) -> None:
    page = await visitor.open()
    await visitor.sign_in(page)
    await expect(page.locator(".me")).to_contain_text("carol@example.com")
    assert (await kept(page)).keys() == {SESSION}
    token = await token_of(page)
    assert set(visitor.host.authorizations) == {f"Bearer {token}"}
    assert not [url for url in visitor.requested if token.rpartition(".")[0] in url]
    state = await visitor.context.storage_state()
    assert (state["cookies"], state["origins"]) == ([], [])


async def test_a_script_that_got_in_has_no_way_out_and_a_markup_no_way_in(visitor: Visitor) -> None:
    page = await visitor.open()
    await visitor.sign_in(page)
    there = json.dumps(visitor.host.elsewhere)
    ways = {
        "connect-src": f"fetch({there}).catch(() => 0)",
        "img-src": f"new Image().src = {there}",
        "frame-src": f"document.body.append(Object.assign(document.createElement('iframe'), {{src: {there}}}))",
        "form-action": f"const form = document.createElement('form'); form.action = {there}; "
        "document.body.append(form); form.submit()",
    }
    for directive, way in ways.items():
        await page.evaluate(f"() => {{ {way}; }}")
        await page.wait_for_function("name => violations.some((each) => each.startsWith(name))", arg=directive)
    for way in (
        "document.body.innerHTML = '<img>'",
        "document.createElement('script').src = 'x.js'",
        "setTimeout('1')",
    ):
        refused = await page.evaluate(f"() => {{ try {{ {way}; return ''; }} catch (error) {{ return error.name; }} }}")
        assert refused == "TypeError", way
    assert visitor.host.stolen == 0


async def test_tabs_of_the_same_console_get_it_and_no_other_page(visitor: Visitor) -> None:
    page = await visitor.open()
    waiting = await visitor.open()
    await visitor.sign_in(page)
    later = await visitor.open()
    assert [await outcome(each) for each in (waiting, later)] == [SIGNED_IN, SIGNED_IN]
    assert {await token_of(each) for each in (waiting, later)} == {await token_of(page)}
    # One under another path, in a tab of its own and in the tab that has the token.
    for tab in (await visitor.open(), page):
        await tab.goto(f"{visitor.host.url}/other/console/")
        await expect(tab.locator("header button, main button.go").first).to_have_text("Sign in")


async def test_a_token_that_is_over_or_no_token_is_not_taken_from_another_tab(visitor: Visitor) -> None:
    page = await visitor.open()
    waiting = await visitor.open()
    await waiting.evaluate(LISTEN)
    over = {"kind": "held", "token": "planted", "endsAt": 1, "who": "carol", "era": ""}
    for sent in (over, {**over, "endsAt": "9e15"}, {**over, "endsAt": 9e15, "token": ["planted"]}, None, "held"):
        await page.evaluate(POST, ["/console/", sent])
    await heard(waiting, page)
    assert (await kept(page), await kept(waiting)) == ({}, {})
    await visitor.sign_in(page)
    assert await outcome(waiting) == SIGNED_IN
    assert await token_of(waiting) == await token_of(page)


async def test_one_that_is_over_when_it_arrives_signs_no_one_in(visitor: Visitor) -> None:
    page = await visitor.open()
    lasting, visitor.provider.lifetime = visitor.provider.lifetime, timedelta()
    try:
        said = await visitor.return_with(page, await visitor.answer_for(page))
    finally:
        visitor.provider.lifetime = lasting
    assert said.startswith(ENDED)
    assert await kept(page) == {}


async def test_it_is_forgotten_when_it_is_over_refused_or_signed_out_in_any_tab(visitor: Visitor) -> None:
    page = await visitor.open()
    await visitor.sign_in(page)
    await page.evaluate(SLEPT)
    assert await kept(page) == {}
    assert ENDED in await outcome(page)

    await visitor.sign_in(page)
    other = await visitor.open()
    await sign_out(other)
    await expect(page.get_by_role("alert")).to_contain_text("signed out in another tab")
    assert (await kept(page), await kept(other)) == ({}, {})
    await other.close()

    await page.route("**/as/corp/**", lambda route: route.fulfill(status=401, json={"message": "Unauthorized"}))
    await page.goto(f"{visitor.host.console}?{'&'.join(map('='.join, (await visitor.answer_for(page)).items()))}")
    await expect(page.get_by_role("alert").first).to_be_visible()
    assert ENDED in await page.get_by_role("alert").first.inner_text()
    assert await kept(page) == {}


async def test_a_tab_that_was_elsewhere_at_a_sign_out_comes_back_without_it(visitor: Visitor) -> None:
    page = await visitor.open()
    await visitor.sign_in(page)
    other = await visitor.open()
    assert await outcome(other) == SIGNED_IN
    token = await token_of(page)
    await page.goto(visitor.host.elsewhere)
    await sign_out(other)
    await page.go_back()
    await expect(page.locator("header button, main button.go").first).to_have_text("Sign in")
    assert (await kept(page), await kept(other)) == ({}, {})
    mark = str(await page.evaluate("name => localStorage[name]", MARK))
    assert len(mark) == 36
    assert mark not in token


async def test_one_that_a_tab_offers_after_a_sign_out_is_not_taken(visitor: Visitor) -> None:
    page = await visitor.open()
    await visitor.sign_in(page)
    offered = {"kind": "held", **json.loads((await kept(page))[SESSION])}
    await sign_out(page)
    waiting = await visitor.open()
    await waiting.evaluate(LISTEN)
    await page.evaluate(POST, ["/console/", offered])
    await heard(waiting, page)
    assert await kept(waiting) == {}
    await visitor.sign_in(page)
    assert await outcome(waiting) == SIGNED_IN


async def test_who_signs_out_hears_that_the_provider_still_knows_them(visitor: Visitor) -> None:
    page = await visitor.open()
    await visitor.sign_in(page)
    described = {"issuer": visitor.provider.issuer("corp"), "authorization_endpoint": visitor.host.elsewhere}
    await page.route("**/openid-configuration", lambda route: route.fulfill(json=described))
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("alert")).to_contain_text("identity provider may still know you")
    assert await kept(page) == {}
