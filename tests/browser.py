"""Chromium from the distribution, for tests of pages in a real browser."""

import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright, expect

from tests.once import made_once
from tests.patience import LIMIT_S

# The shell has the same engine, and no windows to draw: a page costs it a quarter less.
_PACKAGES = ("chromium-headless-shell", "chromium")
_NAMES = (*_PACKAGES, "chromium-browser")
# Chromium's own sandbox needs user namespaces, which root in a container has not.
# No test reaches another machine: a page that leads away ends at a name that is not found.
_AT_HOME = "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost"
_ARGUMENTS = ("--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking", _AT_HOME)


def find_chromium(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Find Chromium, or install it where that is possible; skip the test elsewhere, but never in CI."""
    if _find() is None and os.geteuid() == 0 and shutil.which("apt-get") is not None:
        # One worker installs it, and the others wait.
        made_once(tmp_path_factory, "chromium", _install)
    found = _find()
    if found is None and os.environ.get("CI"):
        pytest.fail("CI has no Chromium, and it cannot be installed")
    if found is None:
        pytest.skip("needs Chromium, and this machine has none")
    return found


def _install(_: Path) -> None:
    if _find() is not None:
        return
    _apt_get("update", "-q")
    known = subprocess.run(
        ["apt-cache", "pkgnames", "chromium"], check=True, capture_output=True, text=True
    ).stdout.split()
    _apt_get("install", "-y", "-q", "--no-install-recommends", next(each for each in _PACKAGES if each in known))


def _apt_get(*arguments: str) -> None:
    subprocess.run(["apt-get", *arguments], check=True, stdout=subprocess.DEVNULL)


def _find() -> str | None:
    return next((path for name in _NAMES if (path := shutil.which(name)) is not None), None)


@asynccontextmanager
async def running_browser(chromium: str) -> AsyncIterator[Browser]:
    """Run a headless Chromium. From here on, `expect` waits as long as everything else."""
    expect.set_options(timeout=LIMIT_S * 1000)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=[*_ARGUMENTS])
        try:
            yield browser
        finally:
            await browser.close()
