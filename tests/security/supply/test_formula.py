"""The client's other ways to a machine: the Homebrew formula and the container file."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from deploy.client.formula import FORMULA, render_formula
from deploy.packages.checksums import sha256_of
from deploy.packages.dependencies import PROJECT, export_client

RESOURCE = re.compile(
    r'  resource "([\w.-]+)" do\n'
    r'    url "(https://files\.pythonhosted\.org/\S+\.tar\.gz)"\n'
    r'    sha256 "([0-9a-f]{64})"\n'
    r"  end\n"
)
# For Windows, or for a Python older than the formula's.
ELSEWHERE = {"backports-tarfile", "importlib-metadata", "lazy-importer", "pywin32-ctypes", "zipp"}


def test_the_formula_is_what_the_lock_gives() -> None:
    assert FORMULA.read_text(encoding="utf-8") == render_formula(), "run `make pages` and commit the result"


def test_every_package_the_client_requires_is_a_resource_with_its_locked_source() -> None:
    formula = FORMULA.read_text(encoding="utf-8")
    resources = {name: (url, sha256) for name, url, sha256 in RESOURCE.findall(formula)}
    assert len(resources) == formula.count("resource ")
    required = set(re.findall(r"^([\w.-]+)==", export_client(), re.MULTILINE))
    assert required - resources.keys() == ELSEWHERE
    assert resources.keys() <= required
    locked = tomllib.loads((PROJECT / "uv.lock").read_text(encoding="utf-8"))["package"]
    sources = {each["name"]: each["sdist"] for each in locked if "sdist" in each}
    for name, (url, sha256) in resources.items():
        assert (url, f"sha256:{sha256}") == (sources[name]["url"], sources[name]["hash"])


def test_a_releases_formula_names_its_sdist_by_hash(tmp_path: Path) -> None:
    sdist = tmp_path / "sentinel_vending-1.2.3.tar.gz"
    sdist.write_bytes(b"source")
    formula = render_formula(sdist)
    assert f'/sentinel-vending/{sdist.name}"\n  sha256 "{sha256_of(sdist)}"\n' in formula


def test_ruby_reads_the_formula() -> None:
    if shutil.which("ruby") is None:
        pytest.skip("needs Ruby, and this machine has none")
    subprocess.run(("ruby", "-c", str(FORMULA)), check=True, capture_output=True)


def test_the_container_builds_from_pinned_images_as_no_root() -> None:
    lines = (PROJECT / "deploy/client/Containerfile").read_text(encoding="utf-8").splitlines()
    images = [line for line in lines if line.startswith("FROM ")]
    assert all(re.fullmatch(r"FROM python:3\.13-slim-\w+@sha256:[0-9a-f]{64}( AS build)?", image) for image in images)
    assert len({image.split()[1] for image in images}) == 1
    last = lines[lines.index(images[-1]) :]
    assert [line for line in last if line.startswith("USER ")] == ["USER 65532"]
    copied = {
        word for line in lines if line.startswith("COPY ") and "--from" not in line for word in line.split()[1:-1]
    }
    ignored = (PROJECT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert ignored[0] == "*"
    assert {line.removeprefix("!") for line in ignored if line.startswith("!")} == copied
