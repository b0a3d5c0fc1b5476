"""A release's zips: fetched by their hashes, or the app is not synthesized."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from deploy.cdk.context import read_context
from deploy.cdk.options import ServiceOptions
from deploy.cdk.release import Packages, ReleaseError
from deploy.packages.checksums import CHECKSUMS
from deploy.packages.dependencies import PROJECT

RELEASE = PROJECT / "deploy/terraform/mocks/release"
SUMS = (RELEASE / "v0.0.0" / CHECKSUMS).read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def released(**changed: Any) -> ServiceOptions:
    options = {"release": "0.0.0", "release_url": RELEASE.as_uri(), "release_checksums": SUMS}
    return ServiceOptions.model_validate({**options, **changed})


def test_the_zips_of_a_release_are_fetched_when_they_are_used(folder: Path) -> None:
    options = released()
    assert not list(folder.iterdir())
    for name in Packages.model_fields:
        assert options.zips.of(name).read_text(encoding="utf-8") == f"stand-in for {name}\n"


def test_what_was_fetched_before_is_not_fetched_again_and_what_was_changed_is() -> None:
    fetched = released().zips
    elsewhere = {"release_url": "file:///nowhere"}
    assert released(**elsewhere).zips == fetched
    fetched.vend.write_text("changed", encoding="utf-8")
    with pytest.raises(ReleaseError, match=r"file:///nowhere/v0\.0\.0/sentinel-vend-arm64\.zip cannot be fetched"):
        _ = released(**elsewhere).zips
    assert released().zips.vend.read_text(encoding="utf-8") == "stand-in for vend\n"


def test_a_file_with_another_hash_is_refused_and_not_kept(folder: Path) -> None:
    swapped = SUMS.replace(SUMS[:64], "0" * 64)
    with pytest.raises(ReleaseError, match=r"not 0{64}: it is not the file of the release"):
        _ = released(release_checksums=swapped).zips
    assert not list(folder.rglob("sentinel-admin-*"))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"release": None}, "exactly one of the two"),
        ({"release": "v0.0.0"}, "release"),
        ({"release": "../0.0.0"}, "release"),
        ({"release_url": "s3://bucket"}, "release_url"),
        ({"release_checksums": None}, "this repository has no checksums of 0.0.0"),
        ({"architecture": "x86_64"}, "no line for sentinel-vend-x86_64.zip"),
        ({"release_checksums": "not hashes"}, "line 1 is not a SHA-256"),
    ],
)
def test_what_is_no_release_is_refused(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        released(**changed)
    assert words in str(refused.value)


def test_packages_and_a_release_are_one_too_many(folder: Path) -> None:
    for name in Packages.model_fields:
        (folder / f"{name}.zip").touch()
    with pytest.raises(ValidationError, match="exactly one of the two"):
        released(packages={name: folder / f"{name}.zip" for name in Packages.model_fields})


def test_a_context_that_names_a_release_needs_no_packages() -> None:
    context = {"release": "0.0.0", "release_url": RELEASE.as_uri(), "release_checksums": SUMS}
    assert read_context({"sentinel": context}).sentinel.packages is None
