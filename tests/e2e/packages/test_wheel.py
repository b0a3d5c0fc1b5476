"""The client's wheel, installed where nothing else is: it works there and claims one top-level name."""

import os
import re
import subprocess
import sys
import tarfile
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

from deploy.client.wheel import wheel_files
from deploy.packages.dependencies import PROJECT, export_client

EVERYTHING = """
import pkgutil, sys, sentinel, sentinel.proof
for module in pkgutil.walk_packages(sentinel.__path__, "sentinel."):
    if not module.name.endswith("__main__"):
        __import__(module.name)
print(*sorted({"deploy", "services", "shared"} & sys.modules.keys()))
"""


def run(*command: str, cwd: Path = PROJECT, code: int = 0) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


def uv(*arguments: str) -> str:
    return run(sys.executable, "-m", "uv", "--quiet", *arguments)


def build(source: Path, out: Path) -> Path:
    run(sys.executable, "-m", "hatchling", "build", "-d", str(out), cwd=source)
    [wheel] = out.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(PROJECT, tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commands' folder of an environment with the wheel and what it requires, by the lock's hashes."""
    folder = tmp_path_factory.mktemp("installed")
    requirements = folder / "requirements.txt"
    requirements.write_text(export_client(), encoding="utf-8")
    uv("venv", f"--python={sys.executable}", str(folder / "venv"))
    python = folder / "venv/bin/python"
    uv("pip", "install", f"--python={python}", "--require-hashes", f"--requirements={requirements}")
    uv("pip", "install", f"--python={python}", "--no-deps", "--offline", str(wheel))
    uv("pip", "check", f"--python={python}")
    return python.parent


def test_the_wheel_claims_the_top_level_name_sentinel_and_no_other(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        [metadata] = [name for name in names if name.endswith(".dist-info/METADATA")]
        described = Parser().parsestr(archive.read(metadata).decode())
    assert {name.partition("/")[0] for name in names} == {"sentinel", metadata.partition("/")[0]}
    assert described["Name"] == "sentinel-vending"
    assert described["License-Expression"] == "Apache-2.0"
    assert described["Provides-Extra"] is None
    assert re.findall(r"\]\((?!https://)", str(described.get_payload())) == []
    assert {url.partition(",")[0] for url in described.get_all("Project-URL", [])} >= {
        "Homepage",
        "Issues",
        "Changelog",
    }


def test_the_installed_command_runs(installed: Path, tmp_path: Path) -> None:
    command = str(installed / "sentinel")
    assert "Usage: sentinel [OPTIONS] COMMAND" in run(command, "--help", cwd=tmp_path)
    assert run(command, "--version", cwd=tmp_path) == "sentinel, version 0.1.0\n"


def test_every_module_loads_from_the_wheel_alone(installed: Path, tmp_path: Path) -> None:
    assert run(str(installed / "python"), "-I", "-c", EVERYTHING, cwd=tmp_path) == "\n"


def test_the_local_stack_is_found_in_a_clone_only(installed: Path, tmp_path: Path) -> None:
    # Another's package of the name `deploy` is not run.
    (tmp_path / "deploy/local").mkdir(parents=True)
    (tmp_path / "deploy/local/up.py").write_text("raise SystemExit('not ours')", encoding="utf-8")
    said = run(str(installed / "python"), "-m", "sentinel", "local", "up", cwd=tmp_path, code=1)
    assert "runs from a clone of https://github.com/sentinel-vending/sentinel" in said


def test_the_sdist_builds_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    [sdist] = wheel.parent.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    again = build(tmp_path / sdist.name.removesuffix(".tar.gz"), tmp_path / "dist")
    assert again.read_bytes() == wheel.read_bytes()


@pytest.mark.parametrize("left", ["import shared.clock", "import shared", "import_module('shared.core.stamp')"])
def test_an_import_that_cannot_be_rewritten_stops_the_build(tmp_path: Path, left: str) -> None:
    (tmp_path / "client/sentinel").mkdir(parents=True)
    (tmp_path / "client/sentinel/odd.py").write_text(left + os.linesep, encoding="utf-8")
    with pytest.raises(ValueError, match=r"sentinel/odd\.py names shared"):
        wheel_files(tmp_path)


def test_what_is_imported_on_the_way_is_in_the_wheel_too(tmp_path: Path) -> None:
    for name, text in {
        "client/sentinel/tool.py": "def late():\n    from shared.deep import one\n",
        "shared/__init__.py": "",
        "shared/deep/__init__.py": "from shared.clock import (\n    now,\n)\n",
        "shared/deep/one.py": "",
        "shared/clock.py": "",
        "shared/unused.py": "",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    files = wheel_files(tmp_path)
    assert files["sentinel/tool.py"] == "def late():\n    from sentinel._shared.deep import one\n"
    assert files["sentinel/_shared/deep/__init__.py"] == "from sentinel._shared.clock import (\n    now,\n)\n"
    assert {"sentinel/_shared/clock.py", "sentinel/_shared/deep/one.py", "sentinel/_shared/__init__.py"} <= files.keys()
    assert "sentinel/_shared/unused.py" not in files
