"""How often a profile is used: each use counts one, and half of it a week later."""

import hashlib
import math
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import orjson

from sentinel.errors import ClientError
from sentinel.paths import xdg_directory
from sentinel.settings import Settings
from sentinel.system.files import open_private_folder
from shared.clock import utc_now

_HALF_LIFE_S: Final = 7 * 86_400.0
_FORGOTTEN: Final = 0.01


def scores(settings: Settings) -> Mapping[str, float]:
    """Return the present score of each profile that was used on this machine; empty if that cannot be read."""
    now = utc_now().timestamp()
    return {name: _present(score, at, now) for name, (score, at) in _read(settings).items()}


def remember_use(settings: Settings, profile: str) -> None:
    """Count a use. A folder that cannot be written is no reason to fail."""
    now = utc_now().timestamp()
    with suppress(ClientError, OSError):
        path = _path(settings)
        open_private_folder(path.parent)
        kept = {name: (score, now) for name, score in scores(settings).items() if score > _FORGOTTEN}
        kept[profile] = (kept.get(profile, (0.0, now))[0] + 1.0, now)
        unfinished = path.with_suffix(f".{os.getpid()}")
        unfinished.write_bytes(orjson.dumps(kept))
        unfinished.replace(path)


def _present(score: float, at: float, now: float) -> float:
    return score * math.pow(0.5, max(0.0, now - at) / _HALF_LIFE_S)


def _read(settings: Settings) -> Mapping[str, tuple[float, float]]:
    try:
        found: Any = orjson.loads(_path(settings).read_bytes())
        return {str(name): (float(score), float(at)) for name, (score, at) in found.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _path(settings: Settings) -> Path:
    server = hashlib.sha256(settings.server().base.encode()).hexdigest()[:40]
    return xdg_directory(os.environ, "XDG_STATE_HOME", ".local/state") / "uses" / f"{server}.json"
