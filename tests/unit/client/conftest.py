from pathlib import Path

import pytest

from tests.unit.client.session_service import SessionService, install


@pytest.fixture
def sessions(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> SessionService:
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    return install(monkeypatch)
