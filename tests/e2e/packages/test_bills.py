"""The bills of materials: valid, and of exactly what a zip holds."""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion

from deploy.packages.build import Package
from deploy.packages.dependencies import PROJECT
from deploy.packages.sbom import render_sbom


@pytest.fixture(scope="module")
def locked_hashes() -> set[str]:
    lock = tomllib.loads(Path(PROJECT / "uv.lock").read_text(encoding="utf-8"))
    wheels = [wheel for package in lock["package"] for wheel in package.get("wheels", ())]
    return {wheel["hash"].removeprefix("sha256:") for wheel in wheels}


def test_a_bill_is_valid_and_names_what_the_zip_holds(packages: Mapping[str, Package], locked_hashes: set[str]) -> None:
    # Its import compiles grammars for seconds, which every worker would wait for at collection.
    from cyclonedx.validation.json import JsonStrictValidator  # noqa: PLC0415

    for package in packages.values():
        text = render_sbom(package)
        assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
        bill = json.loads(text)
        held = {folder.name.removesuffix(".dist-info") for folder in package.folder.glob("*.dist-info")}
        assert len(bill["components"]) == len(held)
        assert all(part["licenses"] and part["purl"].startswith("pkg:pypi/") for part in bill["components"])
        assert {part["hashes"][0]["content"] for part in bill["components"]} <= locked_hashes
        assert bill["metadata"]["component"]["hashes"][0]["content"] == package.sha256


def test_a_bill_has_no_chance_in_it(packages: Mapping[str, Package]) -> None:
    assert render_sbom(packages["admin"]) == render_sbom(packages["admin"])
