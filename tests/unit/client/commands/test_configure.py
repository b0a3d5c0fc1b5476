from pathlib import Path

import pytest

from sentinel.commands import configure
from sentinel.settings import Settings


def test_a_one_time_code_is_not_asked_for_twice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = Settings(tmp_path / "config.toml")
    fetched: list[str] = []
    monkeypatch.setattr(configure, "fetch_as_aws_tools_do", fetched.append)
    assert configure._verify(settings, "dev", tmp_path, "", "")[0] == "dev"
    monkeypatch.setattr(settings.base(), "_has_asked", True)
    name, words = configure._verify(settings, "dev", tmp_path, "", "")
    assert (name, "one-time code" in words, fetched) == (None, True, ["dev"])
