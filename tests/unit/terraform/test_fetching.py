"""What Terraform runs for each zip of a release: `fetch.sh`, which keeps a file with the right hash and no other."""

import os
import subprocess
from pathlib import Path

import pytest

from deploy.packages.checksums import sha256_of
from deploy.packages.dependencies import PROJECT

SCRIPT = PROJECT / "deploy/terraform/sentinel/fetch.sh"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "release.zip"
    file.write_bytes(b"released")
    return file


def fetch(url: str, sha256: str, file: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"URL": url, "SHA256": sha256, "FILE": str(file)}
    return subprocess.run(("sh", str(SCRIPT)), env=environment, capture_output=True, text=True, check=False)


def test_a_file_with_its_hash_is_kept(source: Path, tmp_path: Path) -> None:
    file = tmp_path / "a folder" / "vend.zip"
    done = fetch(source.as_uri(), sha256_of(source), file)
    assert (done.returncode, done.stderr) == (0, "")
    assert file.read_bytes() == b"released"
    assert list(file.parent.iterdir()) == [file]


def test_a_file_with_another_hash_is_an_error_and_not_kept(source: Path, tmp_path: Path) -> None:
    file = tmp_path / "kept" / "vend.zip"
    done = fetch(source.as_uri(), "0" * 64, file)
    assert done.returncode == 1
    assert f"{source.as_uri()} has the SHA-256 {sha256_of(source)}, not {'0' * 64}" in done.stderr
    assert list(file.parent.iterdir()) == []


def test_a_file_that_is_there_with_its_hash_is_not_fetched(source: Path) -> None:
    assert fetch("file:///nowhere", sha256_of(source), source).returncode == 0


def test_a_file_that_was_changed_is_fetched_again(source: Path, tmp_path: Path) -> None:
    file = tmp_path / "vend.zip"
    file.write_bytes(b"changed")
    assert fetch(source.as_uri(), sha256_of(source), file).returncode == 0
    assert file.read_bytes() == b"released"


def test_what_cannot_be_fetched_is_an_error(tmp_path: Path) -> None:
    done = fetch(f"file://{tmp_path}/nothing", "0" * 64, tmp_path / "kept" / "vend.zip")
    assert done.returncode != 0
    assert list((tmp_path / "kept").iterdir()) == []
