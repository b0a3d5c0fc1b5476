"""What is built, tested and deployed is what was locked: by its hash, and from the registry it was locked from."""

import json
import os
import re
import shutil
import subprocess
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.packages.dependencies import PROJECT, UvError, export_group, install
from deploy.packages.target import Target

PYPI = {"registry": "https://pypi.org/simple"}
FILES = "https://files.pythonhosted.org/packages/"
NPM = "https://registry.npmjs.org/"
SHA256 = re.compile(r"sha256:[0-9a-f]{64}")
PINNED = re.compile(r"[A-Za-z0-9._-]+(\[[\w,-]+\])?==\S+( ; .+?)?(\s+--hash=sha256:[0-9a-f]{64})+")
GROUPS = sorted(
    name
    for name in tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
    if name.startswith("lambda-")
)


def committed(pattern: str) -> list[Path]:
    """Find our own files, none of what tools have put next to them."""
    found = (
        file
        for top in ("deploy", "docs", "load", "tests", "tools", "client")
        for file in (PROJECT / top).rglob(pattern)
    )
    return sorted(file for file in found if not {"node_modules", ".terraform"} & set(file.parts))


def complaints(package: dict[str, Any]) -> Iterator[str]:
    if package["source"] != PYPI:
        yield f"{package['name']} is from {package['source']}"
    files = [*package.get("wheels", ()), *([package["sdist"]] if "sdist" in package else [])]
    if not files:
        yield f"{package['name']} has no files"
    for file in files:
        if not file["url"].startswith(FILES) or not SHA256.fullmatch(file.get("hash", "")):
            yield f"{package['name']}: {file}"


def pins(requirements: str) -> list[str]:
    """Give each requirement on a line, its hashes with it."""
    lines = (line for line in requirements.splitlines() if not line.lstrip().startswith("#"))
    return [line for line in "\n".join(lines).replace("\\\n", " ").splitlines() if line.strip()]


def swapped_wheel(path: Path, name: str, version: str) -> None:
    """Write a wheel that is in no lock."""
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("swapped.py", "")
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")


def test_every_locked_package_comes_from_pypi_with_a_hash() -> None:
    packages = tomllib.loads((PROJECT / "uv.lock").read_text(encoding="utf-8"))["package"]
    others = [package for package in packages if package["name"] != "sentinel-vending"]
    assert len(others) == len(packages) - 1
    assert [complaint for package in others for complaint in complaints(package)] == []


@pytest.mark.parametrize("group", GROUPS)
def test_what_goes_into_a_zip_is_pinned_with_hashes_line_by_line(group: str) -> None:
    lines = pins(export_group(group))
    assert lines
    assert [line for line in lines if not PINNED.fullmatch(line)] == []


@pytest.mark.parametrize(
    "file",
    [file for file in committed("*.txt") if "==" in file.read_text(encoding="utf-8")],
    ids=lambda file: str(file.relative_to(PROJECT)),
)
def test_every_requirement_file_pins_by_hash(file: Path) -> None:
    assert [line for line in pins(file.read_text(encoding="utf-8")) if not PINNED.fullmatch(line)] == []


def test_make_installs_nothing_but_by_hash_from_wheels() -> None:
    lines = (PROJECT / "Makefile").read_text(encoding="utf-8").splitlines()
    installing = [line.strip() for line in lines if re.search(r"\b(install|curl|wget|uvx|npx|download)\b", line)]
    commands = [line for line in installing if not line.startswith(("#", "@command -v terraform"))]
    [pip] = commands
    assert {"--require-hashes", "--only-binary"} <= set(pip.split())
    requirements = PROJECT / pip.split()[-1]
    assert pip.split()[-2] == "-r"
    assert requirements in committed("*.txt")


def test_uv_itself_is_pinned_to_the_files_of_the_lock() -> None:
    packages = tomllib.loads((PROJECT / "uv.lock").read_text(encoding="utf-8"))["package"]
    uv = next(package for package in packages if package["name"] == "uv")
    [pin] = pins((PROJECT / "tools/uv.txt").read_text(encoding="utf-8"))
    assert pin.split()[0] == f"uv=={uv['version']}"
    assert set(SHA256.findall(pin)) == {file["hash"] for file in [*uv["wheels"], uv["sdist"]]}


def test_a_uv_with_another_hash_is_not_installed_by_make(tmp_path: Path) -> None:
    shutil.copy(PROJECT / "Makefile", tmp_path)
    shutil.copytree(PROJECT / "tools", tmp_path / "tools")
    version = pins((PROJECT / "tools/uv.txt").read_text(encoding="utf-8"))[0].split()[0].partition("==")[2]
    swapped_wheel(tmp_path / f"uv-{version}-py3-none-any.whl", "uv", version)
    index = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path), "PIP_CONFIG_FILE": os.devnull}
    command = ["make", ".tools/bin/uv", "UV=.tools/bin/uv"]
    done = subprocess.run(command, cwd=tmp_path, env=os.environ | index, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "DO NOT MATCH THE HASHES" in done.stderr
    assert not list((tmp_path / ".tools").rglob("swapped.py"))


@pytest.mark.parametrize("line", ["idna", "idna==3.11", "idna>=3 --hash=sha256:" + "0" * 64, "git+https://x.example/y"])
def test_a_loose_requirement_would_be_found(line: str) -> None:
    assert not PINNED.fullmatch(line)


def test_a_wheel_with_another_hash_is_not_installed(tmp_path: Path) -> None:
    wheel = tmp_path / "swapped-1.0-py3-none-any.whl"
    swapped_wheel(wheel, "swapped", "1.0")
    for hashes in (f" --hash=sha256:{'0' * 64}", ""):
        with pytest.raises(UvError, match="hash"):
            install(f"swapped @ {wheel.as_uri()}{hashes}\n", Target("3.11"), tmp_path / "installed")
    assert not (tmp_path / "installed" / "swapped.py").exists()


def test_every_npm_package_is_locked_by_its_integrity() -> None:
    manifests = committed("package.json")
    assert manifests
    for manifest in manifests:
        lock = json.loads(manifest.with_name("package-lock.json").read_text(encoding="utf-8"))
        packages = {name: package for name, package in lock["packages"].items() if name}
        assert packages, manifest
        # A script of a package runs only where npm was not asked to leave it.
        npmrc = manifest.with_name(".npmrc")
        unscripted = npmrc.exists() and npmrc.read_text(encoding="utf-8").splitlines() == ["ignore-scripts=true"]
        for name, package in packages.items():
            # Without it npm asks the configured registry; either way the content is what the integrity says.
            assert package.get("resolved", NPM).startswith(NPM), (manifest, name)
            assert package["integrity"].startswith("sha512-"), (manifest, name)
            assert unscripted or not package.get("hasInstallScript"), (manifest, name)


def test_hooks_run_nothing_from_elsewhere() -> None:
    hooks = yaml.safe_load((PROJECT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert [repo["repo"] for repo in hooks["repos"]] == ["local"]
    entries = [hook["entry"] for repo in hooks["repos"] for hook in repo["hooks"]]
    assert all(entry.startswith("uv run --frozen ") for entry in entries)
