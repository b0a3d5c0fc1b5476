"""The hosted console in a real browser, on a phone: signing in and out, its end, other tabs."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Browser, BrowserContext, Page, expect

from deploy.local.stack import LocalStack
from tests.e2e.console.conftest import PHONE
from tests.e2e.console.test_approvers import ask
from tests.e2e.sdks.person import Person
from tests.patience import LIMIT_S

pytestmark = pytest.mark.asyncio(loop_scope="module")
SESSION = "sentinel-console /console/"
# Left by a sign-out, for every tab: random, and nothing of the sign-in.
MARK = "sentinel-console-out /console/"
ENDED = "Your sign-in ended"
VIOLATIONS = "addEventListener('securitypolicyviolation', (each) => console.error(`policy: ${each.violatedDirective}`))"


@dataclass
class Visitor:
    """A browser of its own, and what its pages asked for and complained of."""

    stack: LocalStack
    context: BrowserContext
    complaints: list[str] = field(default_factory=list)
    requested: list[str] = field(default_factory=list)

    async def open(self, place: str = "") -> Page:
        """Open the console in another tab."""
        page = await self.context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self._note(said.type, said.text))
        page.on("request", lambda request: self.requested.append(request.url))
        await page.goto(f"{self.stack.console}{place}")
        return page

    async def sign_in(self, place: str = "", person: str = "carol") -> Page:
        """Open the console and sign in as a person."""
        page = await self.open(place)
        await continue_as(page, person)
        return page

    def _note(self, kind: str, text: str) -> None:
        # A refusal of the API is a failed load to a browser, and no complaint of the page.
        if kind in ("error", "warning") and "Failed to load resource" not in text:
            self.complaints.append(text)


async def continue_as(page: Page, person: str, *, stays: bool = True) -> None:
    """Sign in from the page that asks for it; without `stays` the sign-in may have ended when this returns."""
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("link", name=person).click()
    if stays:
        await expect(page.get_by_role("button", name="Sign out")).to_be_visible()


async def kept(page: Page) -> dict[str, str]:
    """What a tab of the console keeps, wherever it could, but the mark of the last sign-out."""
    found: dict[str, str] = await page.evaluate("({...sessionStorage, ...localStorage, cookie: document.cookie})")
    return {name: value for name, value in found.items() if value and name != MARK}


@pytest_asyncio.fixture(loop_scope="module")
async def visitor(stack: LocalStack, browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[Visitor]:
    """Open a browser that accepts the certificate of the local provider."""
    dark = "dark" if getattr(request, "param", False) else "light"
    async with AsyncExitStack() as ending:
        context = await browser.new_context(viewport=PHONE, color_scheme=dark, ignore_https_errors=True)  # type: ignore[arg-type] # a TypedDict
        ending.push_async_callback(context.close)
        context.set_default_timeout(LIMIT_S * 1000)
        await context.add_init_script(VIOLATIONS)
        yield Visitor(stack, context)


async def test_an_approver_signs_in_from_a_deep_link_and_decides_and_other_tabs_are_signed_in(
    alice: Person, visitor: Visitor, stack: LocalStack
) -> None:
    request_id = await ask(alice, "deploy 1.4 to staging")
    place = f"#/approvals/{request_id}"
    page = await visitor.sign_in(place)
    await expect(page.locator("blockquote").first).to_contain_text("deploy 1.4 to staging")
    assert page.url == f"{stack.console}{place}"
    assert (await kept(page)).keys() == {SESSION}

    await page.reload()
    await expect(page.locator("blockquote").first).to_contain_text("deploy 1.4 to staging")
    other = await visitor.open(place)
    await expect(other.locator("blockquote").first).to_contain_text("deploy 1.4 to staging")
    await other.get_by_label("Comment").fill("go ahead")
    await other.get_by_role("button", name="Approve").click()
    await expect(other.locator(".status").first).to_contain_text("approved")

    shown = json.loads((await alice.sentinel("request", "show", request_id, "--json")).out)
    assert [(each["user"], each["comment"]) for each in shown["approvals"]] == [("carol@example.com", "go ahead")]
    hosts = {urlsplit(url).netloc for url in visitor.requested}
    assert hosts == {urlsplit(stack.console).netloc, urlsplit(stack.identity.url).netloc}
    token = json.loads((await kept(page))[SESSION])["token"]
    assert not [url for url in visitor.requested if token in url or token.rpartition(".")[0] in url]
    assert visitor.complaints == []


async def test_the_page_gives_the_command_and_no_way_to_the_aws_console(visitor: Visitor) -> None:
    page = await visitor.sign_in("#/access")
    await expect(page.get_by_text("sentinel exec dev")).to_be_visible()
    await expect(page.get_by_role("button", name="Open the AWS console")).to_have_count(0)
    assert visitor.complaints == []


async def test_a_sign_in_that_ends_is_said_and_what_was_typed_comes_back(alice: Person, visitor: Visitor) -> None:
    request_id = await ask(alice, "look at the logs")
    page = await visitor.sign_in(f"#/approvals/{request_id}")
    await page.get_by_label("Comment").fill("half a sentence")
    # As on a machine that slept for longer than the token lives.
    await page.evaluate(
        "() => { const now = Date.now; Date.now = () => now() + 3.7e6; "
        "document.dispatchEvent(new Event('visibilitychange')); }"
    )
    await expect(page.get_by_role("alert")).to_contain_text(ENDED)
    await expect(page.locator("blockquote")).to_have_count(0)
    assert (await kept(page)).keys() == {"sentinel-console-drafts /console/"}
    await continue_as(page, "carol")
    await expect(page.get_by_label("Comment")).to_have_value("half a sentence")
    await page.get_by_role("button", name="Deny").click()
    await expect(page.locator(".status").first).to_contain_text("denied")
    await expect(page.locator("main")).to_contain_text("half a sentence")
    assert visitor.complaints == []


async def test_a_token_ends_at_its_time_and_one_that_the_api_refuses_ends_at_once(
    visitor: Visitor, stack: LocalStack
) -> None:
    page = await visitor.sign_in("#/approvals")
    await page.evaluate(
        "(name) => { const held = JSON.parse(sessionStorage[name]); held.token += 'A';"
        " sessionStorage[name] = JSON.stringify(held); }",
        SESSION,
    )
    await page.reload()
    await expect(page.get_by_role("alert")).to_contain_text(ENDED)
    assert await kept(page) == {}

    # A caller that the issuer's document does not accept hears it in the service's words.
    refusal = {"code": "unknown_caller", "message": "Sentinel does not know this caller: <b>planted</b>."}
    await page.route("**/as/corp/v1/whoami", lambda route: route.fulfill(status=403, json=refusal), times=1)
    await continue_as(page, "carol", stays=False)
    await expect(page.get_by_role("alert")).to_contain_text(refusal["message"])
    assert await kept(page) == {}

    lasting, stack.identity.lifetime = stack.identity.lifetime, timedelta(seconds=2)
    try:
        await continue_as(page, "carol", stays=False)
        await expect(page.get_by_role("alert")).to_contain_text(ENDED)
    finally:
        stack.identity.lifetime = lasting
    assert await kept(page) == {}
    assert visitor.complaints == []


async def test_signing_out_ends_it_in_every_tab_and_at_the_provider(visitor: Visitor, stack: LocalStack) -> None:
    first = await visitor.sign_in("#/approvals")
    second = await visitor.open("#/sessions")
    await second.get_by_role("button", name="Sign out").click()
    await expect(first.get_by_role("alert")).to_contain_text("You signed out in another tab")
    await expect(second.get_by_role("button", name="Sign in")).to_be_visible()
    await second.wait_for_url(stack.console)
    (left,) = [url for url in visitor.requested if "/end_session" in url]
    assert dict(parse_qsl(urlsplit(left).query)).keys() == {"client_id", "post_logout_redirect_uri"}
    assert (await kept(first), await kept(second)) == ({}, {})
    # A tab that waits is signed in by another.
    await continue_as(second, "dave")
    await expect(first.locator(".me")).to_contain_text("dave@example.com")
    assert visitor.complaints == []


@pytest.mark.parametrize("visitor", [False, True], indirect=True, ids=["light", "dark"])
async def test_the_sign_in_page_and_a_page_behind_it_are_accessible_and_fit_a_phone(visitor: Visitor) -> None:
    page = await visitor.open("#/approvals")
    for after in (None, "carol"):
        if after is not None:
            await continue_as(page, after)
            await page.wait_for_load_state("networkidle")
        await expect(page.locator("h1")).to_be_visible()
        found = await Axe().run(page)
        assert [each["id"] for each in found.response["violations"]] == []
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        heights = await page.locator("button:visible").evaluate_all("all => all.map((each) => each.offsetHeight)")
        assert heights
        assert min(heights) >= 44
    assert visitor.complaints == []
