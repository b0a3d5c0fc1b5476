from pathlib import Path

import pytest

from tests.unit.client.session_service import SessionService, install


@pytest.fixture
def sessions(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> SessionService:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return install(monkeypatch)
