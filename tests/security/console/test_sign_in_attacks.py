"""Signing in to the hosted console: answers that are forged, another's or used twice, and where its token goes."""

import json
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.async_api import expect

from tests.security.console.conftest import Visitor, kept

pytestmark = pytest.mark.asyncio(loop_scope="module")
SESSION = "sentinel-console-session"


async def test_a_sign_in_that_is_not_disturbed_succeeds_and_its_token_is_in_no_address(visitor: Visitor) -> None:
    page = await visitor.open("#/approvals")
    await visitor.return_with(page, await visitor.answer_for(page))
    await expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    assert page.url == f"{visitor.host.console}#/approvals"
    held = await kept(page)
    assert held.keys() == {SESSION}
    token = json.loads(held[SESSION])["token"]
    await expect(page.locator(".me")).to_contain_text("carol@example.com")
    assert set(visitor.host.authorizations) == {f"Bearer {token}"}
    assert not [url for url in visitor.requested if token.rpartition(".")[0] in url]
    assert await page.evaluate("violations") == []
    state = await visitor.context.storage_state()
    assert (state["cookies"], state["origins"]) == ([], [])


async def test_a_request_has_a_state_a_nonce_and_a_challenge_that_are_new_each_time(visitor: Visitor) -> None:
    seen = []
    for _ in range(2):
        page = await visitor.open()
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.get_by_role("link", name="carol")).to_be_visible()
        asked = dict(parse_qsl(urlsplit(page.url).query))
        assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
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
        ({}, {"code": "forged"}, "refused the sign-in (invalid_grant)"),
        ({}, {"error": "access_denied"}, "refused the sign-in (access_denied)"),
        ({}, {"error": "<b>call 555 to sign in</b>"}, "refused the sign-in."),
        ({"nonce": "forged"}, {}, '"nonce"'),
        ({"code_challenge": "forged"}, {}, "refused the sign-in (invalid_grant)"),
    ],
)
async def test_an_answer_that_is_not_this_sign_ins_is_refused(
    visitor: Visitor, asked: dict[str, str], answered: dict[str, str], said: str
) -> None:
    page = await visitor.open("#/approvals")
    answer = {**await visitor.answer_for(page, **asked), **answered}
    await visitor.return_with(page, {name: value for name, value in answer.items() if value})
    await expect(page.get_by_role("alert")).to_contain_text(said)
    assert await kept(page) == {}
    assert page.url == f"{visitor.host.console}#/approvals"
    assert visitor.redeemed == (1 if asked or "code" in answered else 0)


async def test_an_answer_is_taken_once_and_only_by_the_tab_that_asked(visitor: Visitor) -> None:
    page = await visitor.open()
    answer = await visitor.answer_for(page)
    other = await visitor.open()
    await visitor.return_with(other, answer)
    await expect(other.get_by_role("alert")).to_contain_text("belongs to no sign-in of this tab")
    assert visitor.redeemed == 0
    await visitor.return_with(page, {**answer, "state": "forged"})
    await expect(page.get_by_role("alert")).to_contain_text('"state"')
    await visitor.return_with(page, answer)
    await expect(page.get_by_role("alert")).to_contain_text("belongs to no sign-in of this tab")
    assert (visitor.redeemed, await kept(page), await kept(other)) == (0, {}, {})


async def test_an_issuer_that_calls_itself_another_is_not_asked_to_sign_anyone_in(visitor: Visitor) -> None:
    page = await visitor.open()
    described = {"issuer": visitor.provider.issuer("pods"), "authorization_endpoint": f"{visitor.provider.url}/x"}
    await page.route("**/openid-configuration", lambda route: route.fulfill(json=described))
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).to_contain_text("not signed in")
    assert page.url == visitor.host.console


@pytest.mark.parametrize("endpoint", ["http://evil.example/authorize", "javascript:document.title='owned'", ""])
async def test_no_one_is_sent_to_an_address_that_is_not_https(visitor: Visitor, endpoint: str) -> None:
    page = await visitor.open()
    described = {"issuer": visitor.provider.issuer("corp"), "authorization_endpoint": endpoint}
    await page.route("**/openid-configuration", lambda route: route.fulfill(json=described))
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).to_contain_text("not signed in")
    assert page.url == visitor.host.console
    assert await page.title() == "Sign in · Sentinel"


async def test_a_script_that_got_in_has_no_way_out_and_a_markup_no_way_in(visitor: Visitor) -> None:
    page = await visitor.open()
    await visitor.return_with(page, await visitor.answer_for(page))
    await expect(page.get_by_role("button", name="Sign out")).to_be_visible()
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


async def test_a_tab_gives_its_token_to_its_own_console_alone_and_takes_none_that_is_over(visitor: Visitor) -> None:
    page = await visitor.open()
    over = {"kind": "held", "token": "planted", "endsAt": 1, "who": "carol"}
    other = await visitor.open()
    post = "([path, sent]) => new BroadcastChannel(`sentinel-console ${path}`).postMessage(sent)"
    await other.evaluate(post, ["/console/", over])
    await other.evaluate(post, ["/console/", {**over, "endsAt": "soon", "token": 1}])
    await other.evaluate(post, ["/elsewhere/console/", {**over, "endsAt": 9e15}])
    await visitor.return_with(page, await visitor.answer_for(page))
    await expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    await expect(other.get_by_role("button", name="Sign out")).to_be_visible()
    assert "planted" not in json.dumps([await kept(page), await kept(other)])


async def test_a_token_that_is_over_refused_or_signed_out_is_forgotten_in_every_tab(visitor: Visitor) -> None:
    page = await visitor.open()
    other = await visitor.open()
    await visitor.return_with(page, await visitor.answer_for(page))
    await expect(other.get_by_role("button", name="Sign out")).to_be_visible()
    await other.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("alert")).to_contain_text("signed out in another tab")
    await expect(other.get_by_role("button", name="Sign in")).to_be_visible()
    assert (await kept(page), await kept(other)) == ({}, {})

    await visitor.return_with(page, await visitor.answer_for(page))
    await expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    # As on a machine that slept for longer than the token lives.
    await page.evaluate(
        "() => { const now = Date.now; Date.now = () => now() + 3.7e6; "
        "document.dispatchEvent(new Event('visibilitychange')); }"
    )
    await expect(page.get_by_role("alert")).to_contain_text("Your sign-in ended")
    assert await kept(page) == {}

    await other.close()
    await page.route("**/as/corp/**", lambda route: route.fulfill(status=401, json={"message": "Unauthorized"}))
    await visitor.return_with(page, await visitor.answer_for(page))
    await expect(page.get_by_role("alert")).to_contain_text("Your sign-in ended")
    assert await kept(page) == {}
