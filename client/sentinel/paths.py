"""Where configuration is: Sentinel's folders, and paths written in variables and settings."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

if sys.platform == "win32":
    # Settings follow their user from machine to machine; all else stays on this one.
    _KNOWN_FOLDERS: Final = {
        "XDG_CONFIG_HOME": "APPDATA",
        "XDG_CACHE_HOME": "LOCALAPPDATA",
        "XDG_STATE_HOME": "LOCALAPPDATA",
    }
else:
    _KNOWN_FOLDERS: Final[Mapping[str, str]] = {}


def xdg_directory(environ: Mapping[str, str], variable: str, default: str) -> Path:
    """Name Sentinel's folder under an XDG base directory; a relative one is ignored, as the standard says.

    On Windows, where the variable is not set, it is in %APPDATA% or %LOCALAPPDATA%.
    """
    base = Path(environ.get(variable) or environ.get(_KNOWN_FOLDERS.get(variable, "")) or "")
    return (base if base.is_absolute() else Path.home() / default) / "sentinel"


def expand(text: str) -> Path:
    """Expand variables, then `~`, as botocore does: systemd and Docker set variables without a shell to do it."""
    return Path(os.path.expandvars(text)).expanduser()
