"""Browsers by name."""

import shutil
import sys
import webbrowser
from pathlib import Path

import pytest

from sentinel.errors import UsageError
from sentinel.system.browser import named_browser


@pytest.fixture
def surfer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    program = tmp_path / "surfer"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    return program


def test_a_program_in_path_is_a_browser(surfer: Path) -> None:
    found = named_browser("surfer")
    assert isinstance(found, webbrowser.BackgroundBrowser)
    assert found.name == str(surfer)


def test_a_browser_that_python_knows_goes_first(surfer: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = webbrowser.GenericBrowser("known")
    monkeypatch.setattr(webbrowser, "get", {surfer.name: known}.__getitem__)
    assert named_browser("surfer") is known


@pytest.mark.parametrize("name", ["", "absent", "surfer %s", "{folder}/surfer", "./surfer", "-surfer", "surfer\n"])
def test_no_command_line_and_no_path_is_a_browser(surfer: Path, name: str) -> None:
    with pytest.raises(UsageError, match="there is no browser"):
        named_browser(name.format(folder=surfer.parent))


def test_on_windows_no_program_is_looked_for_because_the_current_folder_would_be_first(
    surfer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def get(_: str) -> webbrowser.BaseBrowser:
        raise webbrowser.Error

    assert shutil.which("surfer") == str(surfer)
    monkeypatch.setattr(webbrowser, "get", get)
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(UsageError, match="there is no browser"):
        named_browser("surfer")
