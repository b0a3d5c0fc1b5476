"""`python -m deploy.docs.screenshots`: docs/console/*.png, each page of the console on the local stack.

People do what the pages then show; each page is pictured on a phone and on a desk. Ids and times are of the moment.
"""

import asyncio
import json
import os
import shutil
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Browser, Page, async_playwright

from deploy.local.stack import LocalStack

FOLDER: Final = Path(__file__).parents[2] / "docs" / "console"
_SENTINEL: Final = (sys.executable, "-m", "sentinel")
_SIZES: Final = {"phone": (360, 740), "desk": (1000, 700)}
_ARGUMENTS: Final = ("--no-sandbox", "--disable-dev-shm-usage")
_WAIT_MS: Final = 60_000.0


@dataclass(frozen=True, slots=True)
class Shot:
    """A page of a person: its place after `#`, the text to wait for, and a button to press before."""

    name: str
    person: str
    place: str
    shows: str
    press: str | None = None


def shots(pending: str, session: str) -> tuple[Shot, ...]:
    """Give the pages, with the ids of a pending request and of an active session."""
    return (
        Shot("access", "alice", "access", "You can use now"),
        Shot("request", "bob", "access", "Send the request", "Request staging"),
        Shot("approvals", "bob", "approvals", "asks for"),
        Shot("approval", "bob", f"approvals/{pending}", "Their last 30 days"),
        Shot("sessions", "operator", "sessions", "Revoke every session of"),
        Shot("session", "operator", f"sessions/{session}", "credentials end"),
        Shot("revoke", "operator", f"sessions/{session}", "What does not end", "Revoke this session"),
        Shot("break-glass", "bob", "emergencies", "checkout is down"),
        Shot("incident", "operator", "incident", "Kill switch"),
        Shot("activity", "operator", "activity", "Break-glass by profile"),
        Shot("policy", "alice", "policy/staging", "staging-by-approval"),
    )


@dataclass(frozen=True, slots=True)
class _People:
    stack: LocalStack

    def environment(self, name: str) -> Mapping[str, str]:
        own = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "SENTINEL_"))}
        home = {"HOME": str(self.stack.state_dir)}
        return {**own, **self.stack.caller_environment, **home, "AWS_PROFILE": name}

    async def does(self, name: str, *words: str) -> Any:
        """Run a command with `--json` as a person; gives what it prints."""
        process = await asyncio.create_subprocess_exec(
            *_SENTINEL, *words, "--json", env=self.environment(name), stdout=PIPE
        )
        out, _ = await process.communicate()
        if process.returncode:
            raise RuntimeError(f"{name}: sentinel {' '.join(words)} ended with {process.returncode}")
        return json.loads(out)

    async def vends(self, name: str, profile: str) -> None:
        process = await asyncio.create_subprocess_exec(
            *_SENTINEL, "credentials", profile, env=self.environment(name), stdout=PIPE
        )
        await process.communicate()

    @asynccontextmanager
    async def console(self, name: str) -> AsyncIterator[str]:
        """Run `sentinel ui` as a person, and give the address of its page."""
        process = await asyncio.create_subprocess_exec(
            *_SENTINEL, "ui", "--print", env=self.environment(name), stdout=PIPE
        )
        assert process.stdout is not None
        try:
            yield (await process.stdout.readline()).decode().strip()
        finally:
            process.terminate()
            await process.communicate()


async def prepare(people: _People) -> tuple[str, str]:
    """Have people ask, approve, vend and break glass; gives the ids of a pending request and of an active session."""
    asked = ("request", "create", "staging", "--reason")
    denied = await people.does("alice", *asked, "try the new index")
    await people.does("bob", "request", "deny", denied["id"], "--comment", "not on a Friday")
    filed = await people.does("alice", *asked, "deploy 1.4 to staging")
    await people.does("carol", "request", "approve", filed["id"], "--comment", "go ahead")
    for name, profile in (("alice", "dev"), ("alice", "staging"), ("bob", "dev"), ("carol", "dev")):
        await people.vends(name, profile)
    why = "checkout is down, INC-7: restart the payment workers"
    event = await people.does("alice", "break-glass", "start", "prod", "--reason", "incident", "--justification", why)
    await people.vends("alice", "prod")
    await people.does("alice", "break-glass", "close", event["id"], "--comment", "workers restarted")
    await people.does("operator", "lock", "create", "--profile", "prod", "--duration", "8h", "--reason", "INC-7")
    pending = await people.does("carol", *asked, "look at the logs of the payment workers, INC-7")
    sessions = await people.does("operator", "session", "list", "--view", "all", "--profile", "staging")
    return pending["id"], sessions["sessions"][0]["id"]


async def picture(browser: Browser, address: str, shot: Shot) -> None:
    """Write one page in every size."""
    for size, (width, height) in _SIZES.items():
        context = await browser.new_context(viewport={"width": width, "height": height})
        context.set_default_timeout(_WAIT_MS)
        page = await context.new_page()
        await page.goto(address)
        # The page takes its token out of the address first.
        await page.locator("h1").wait_for()
        await page.evaluate("place => { location.hash = `/${place}`; }", shot.place)
        await _ready(page, shot)
        await page.screenshot(path=FOLDER / f"{shot.name}-{size}.png", animations="disabled", scale="css")
        await context.close()


async def _ready(page: Page, shot: Shot) -> None:
    if shot.press is not None:
        await page.get_by_role("button", name=shot.press).first.click()
    shown = page.get_by_text(shot.shows).first
    await shown.wait_for()
    if shot.press is not None:
        await shown.scroll_into_view_if_needed()
    await page.wait_for_load_state("networkidle")


async def write() -> None:
    """Write all pictures."""
    FOLDER.mkdir(exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    async with LocalStack() as stack, async_playwright() as playwright, AsyncExitStack() as ending:
        people = _People(stack)
        pending, session = await prepare(people)
        browser = await playwright.chromium.launch(executable_path=chromium, args=[*_ARGUMENTS])
        ending.push_async_callback(browser.close)
        pages = shots(pending, session)
        addresses = {
            name: await ending.enter_async_context(people.console(name)) for name in {shot.person for shot in pages}
        }
        for shot in pages:
            await picture(browser, addresses[shot.person], shot)


def main() -> None:
    """Write docs/console."""
    with asyncio.Runner() as runner:
        runner.run(write())


if __name__ == "__main__":
    main()
