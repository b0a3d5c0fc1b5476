"""Showing a page in the person's browser, where there is one that leaves the terminal alone."""

import os
import re
import shutil
import sys
import webbrowser
from typing import Final

from sentinel.errors import UsageError

# No path and no command line, which `webbrowser` would take as well.
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def open_browser(url: str) -> bool:
    """Open a page; False if that cannot be done here, and the person has to."""
    if sys.platform not in {"win32", "darwin"} and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.environ.get("BROWSER")
    ):
        return False  # without a desktop `webbrowser` finds browsers that take the terminal
    try:
        return webbrowser.open(url)
    except (webbrowser.Error, OSError):
        return False


def named_browser(name: str) -> webbrowser.BaseBrowser:
    """Find a browser by the name Python's `webbrowser` has for it, or as a program in PATH.

    Raises:
        UsageError: there is no such browser here.

    """
    if _NAME.fullmatch(name):
        try:
            return webbrowser.get(name)
        except webbrowser.Error:
            # On Windows the current folder would be looked in first.
            if sys.platform != "win32" and (program := shutil.which(name)) is not None:
                return webbrowser.BackgroundBrowser(program)
    raise UsageError(
        f"there is no browser {name!r} here",
        "name a program in PATH, or a browser that Python knows (firefox, chrome, chromium, edge, safari)",
    )
