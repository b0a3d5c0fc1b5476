import sys
from pathlib import Path

import pytest

from tests.unit.client.session_service import SessionService, install

# They imitate Windows and macOS on this platform; on Windows the branches run as they are.
collect_ignore = ["system"] if sys.platform == "win32" else []


@pytest.fixture
def sessions(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> SessionService:
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    return install(monkeypatch)
