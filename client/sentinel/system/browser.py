"""Showing a page in the person's browser, where there is one that leaves the terminal alone."""

import os
import sys
import webbrowser


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
