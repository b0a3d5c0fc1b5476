"""Targets, and the Python that compiles for them."""

import os
import sys
from pathlib import Path

import pytest

from deploy.packages.target import NoInterpreterError, Target, find_interpreter

RUNNING = "{}.{}".format(*sys.version_info)


def test_an_architecture_lambda_does_not_have_is_an_error_that_names_those_it_has() -> None:
    with pytest.raises(ValueError, match="x86_64 and arm64"):
        Target(arch="aarch64")


def test_the_running_python_is_found_first() -> None:
    assert find_interpreter(RUNNING) == Path(sys.executable)


def test_a_python_that_is_not_installed_is_an_error_that_says_how_to_get_it() -> None:
    with pytest.raises(NoInterpreterError, match=r"uv python install 3\.99"):
        find_interpreter("3.99")


def test_what_only_calls_itself_so_is_no_interpreter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shim = tmp_path / "python3.98"
    shim.write_text("#!/bin/sh\necho 'pyenv: python3.98: command not found' >&2\nexit 127\n")
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(NoInterpreterError):
        find_interpreter("3.98")


def test_one_of_pyenvs_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = tmp_path / "versions/3.97.1/bin/python3.97"
    kept.parent.mkdir(parents=True)
    kept.write_text("#!/bin/sh\necho cpython 3.97\n")
    kept.chmod(0o755)
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    assert find_interpreter("3.97") == kept


def test_without_lambdas_python_the_host_is_the_running_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(version: str) -> Path:
        raise NoInterpreterError(version)

    monkeypatch.setattr("deploy.packages.target.find_interpreter", none)
    assert Target.host().python == RUNNING
