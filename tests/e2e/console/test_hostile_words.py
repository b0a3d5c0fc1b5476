"""What attackers write is text: in every field that people write, and on every page that shows it."""

import json

import pytest
from playwright.async_api import expect

from deploy.local.deployment import local_deployment
from deploy.local.stack import LocalStack
from tests.e2e.callers import Caller, hire
from tests.e2e.console.conftest import OpenWindow, Window
from tests.e2e.console.hostile import CONTROLS, LONG, WORST, WRITTEN, check_is_text, worsen

pytestmark = pytest.mark.asyncio(loop_scope="module")
Pages = tuple[tuple[str, str, str], ...]
# Puts one element into the page, around another one where its text is that one's name.
WRONG = """
window.wrong = ([name, properties, text]) => {
  const made = Object.assign(document.createElement(name), properties, { id: "wrong" });
  made.append(text === "b" ? document.createElement("b") : text);
  if (made.className === "wide") made.style.width = "400px";
  document.querySelector("#console").append(made);
};
"""
# What blocks a document's own markup, and how to try it.
SINKS = {
    "innerHTML": "document.body.innerHTML = '<b>x</b>'",
    "outerHTML": "document.querySelector('h1').outerHTML = '<b>x</b>'",
    "insertAdjacentHTML": "document.body.insertAdjacentHTML('beforeend', '<b>x</b>')",
    "write": "document.write('<b>x</b>')",
    "srcdoc": "document.createElement('iframe').srcdoc = '<b>x</b>'",
    "script": "document.createElement('script').text = 'document.title = 1'",
    "parser": "new DOMParser().parseFromString('<b>x</b>', 'text/html')",
    "policy": "trustedTypes.createPolicy('any', { createHTML: (text) => text })",
}


async def describe(stack: LocalStack, profile: str, description: str) -> None:
    """Write a profile's description into its document."""
    name = f"{local_deployment().parameter_prefix}/profiles/{profile}"
    async with stack.aws.client("ssm") as ssm:
        document = (await ssm.get_parameter(Name=name))["Parameter"]["Value"]
        kept = [line for line in document.splitlines() if not line.startswith("description:")]
        # Parameter Store takes no {{...}}.
        written = json.dumps(description).replace("{{", r"\u007b{")
        described = "\n".join([*kept, f"description: {written}"])
        await ssm.put_parameter(Name=name, Value=described, Type="String", Overwrite=True)


async def write_everywhere(stack: LocalStack) -> Pages:
    """Write hostile words wherever the API takes any, and give the pages that show them: who looks, where, at what."""
    alice, bob, operator = (Caller(stack, name) for name in ("alice", "bob", "operator"))
    await describe(stack, "dev", WRITTEN)
    await describe(stack, "staging", LONG)
    denied = (await alice.post("/v1/requests", profile="staging", reason=WRITTEN, ticket=WRITTEN[:64])).body["request"]
    await bob.act(denied["id"], "deny", comment=WRITTEN)
    asked = (await alice.post("/v1/requests", profile="staging", reason=LONG, ticket="w" * 64)).body["request"]
    event = (await alice.post("/v1/break-glass", profile="prod", reason="incident", justification=WRITTEN)).body[
        "event"
    ]
    await alice.follow(event["id"], "close", comment=LONG)
    await operator.follow(event["id"], "review", comment=WRITTEN)
    await alice.vend("dev")
    session = (await alice.get("/v1/sessions", view="mine")).body["sessions"][0]["id"]
    await operator.post(f"/v1/sessions/{session}/revoke", reason=WRITTEN)
    for named, reason in (({"user": "corp/" + "m" * 250}, WRITTEN), ({"profile": "unseen"}, LONG)):
        locked = await operator.post("/v1/lockouts", **named, reason=reason)
        assert locked.status == 200, locked.body
    assert (await alice.vend("dev")).status == 200
    return (
        ("bob", "access", WRITTEN),
        ("bob", "approvals", LONG),
        ("bob", f"approvals/{denied['id']}", WRITTEN),
        ("operator", f"approvals/{asked['id']}", LONG),
        ("operator", "emergencies", WRITTEN),
        ("operator", f"emergencies/{event['id']}", WRITTEN),
        ("operator", "sessions", "alice"),
        ("operator", f"sessions/{session}", WRITTEN),
        ("operator", "incident", WRITTEN),
    )


async def see(window: Window, place: str, text: str) -> None:
    """Look at a page once its text is there, of everyone where there is the choice."""
    await window.visit(place)
    if place in ("emergencies", "sessions"):
        await window.page.get_by_role("combobox").first.select_option("all")
    await expect(window.page.locator("main")).to_contain_text(text)
    await check_is_text(window.page)


async def test_all_that_people_write_is_text_on_every_page(stack: LocalStack, opened: OpenWindow) -> None:
    refused = await (await hire(stack)).post("/v1/requests", profile="staging", reason=f"a {CONTROLS}")
    assert refused.status == 400
    pages = await write_everywhere(stack)
    windows = {name: await opened(name) for name in ("bob", "operator")}
    dialogs: list[str] = []
    for window in windows.values():
        window.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    for name, place, text in pages:
        await see(windows[name], place, text)
    # And as if the API took anything at all.
    for window in windows.values():
        await window.page.route("**/api/**", worsen)
        await window.page.reload()
    for name, place, _ in pages:
        await see(windows[name], place, WORST)
    for window in windows.values():
        await window.page.unroute_all(behavior="ignoreErrors")
    assert dialogs == []
    assert [window.complaints for window in windows.values()] == [[], []]


async def test_what_would_be_wrong_is_found(opened: OpenWindow) -> None:
    bob = await opened("bob")
    await bob.page.evaluate(f"() => {{ {WRONG} }}")
    for wrong in (
        "['bdi', {}, 'b']",
        "['p', {}, '\u05d0']",
        "['p', { className: 'wide' }, 'x']",
        "['a', { href: 'javascript:0' }, '']",
    ):
        await check_is_text(bob.page)
        await bob.page.evaluate(f"wrong({wrong})")
        with pytest.raises(AssertionError):
            await check_is_text(bob.page)
        await bob.page.evaluate("document.querySelector('#wrong').remove()")


async def test_what_the_policy_blocks_is_reported_and_no_text_becomes_markup(opened: OpenWindow) -> None:
    bob = await opened("bob")
    for name, act in SINKS.items():
        outcome = await bob.page.evaluate(
            f"() => {{ try {{ {act}; return 'taken'; }} catch (error) {{ return error.name; }} }}"
        )
        assert outcome == "TypeError", name
    reported = (
        "() => new Promise((done) => { addEventListener('securitypolicyviolation', () => done(), { once: true }); %s })"
    )
    style = "document.head.append(Object.assign(document.createElement('style'), { textContent: '*{}' }))"
    image = "document.body.append(Object.assign(document.createElement('img'), { src: 'https://elsewhere.example/' }))"
    for act in (style, image):
        await bob.page.evaluate(reported % act)
    assert any(violation.startswith("require-trusted-types-for") for violation in bob.violations)
    assert any(violation.startswith("style-src") for violation in bob.violations)
    assert any(violation.startswith("img-src") for violation in bob.violations)
    # The end of every other test would fail for one of them.
    bob.violations.clear()
