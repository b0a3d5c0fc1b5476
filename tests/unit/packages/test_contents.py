"""What a zip takes of our own code, and of whose."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from deploy.packages.archive import files_of
from deploy.packages.build import FILES_OF, SERVICES, copy_own, find_imports, handler_module, source_of
from deploy.packages.dependencies import PROJECT

# The names under which distributions are imported, where they differ.
DISTRIBUTIONS = {
    "Cryptodome": "pycryptodomex",
    "aws_xray_sdk": "aws-xray-sdk",
    "pydantic_core": "pydantic-core",
    "slack_sdk": "slack-sdk",
    "yaml": "pyyaml",
}
RUNTIME = {"snapshot_restore_py"}


def group(name: str) -> set[str]:
    """Read a dependency group of pyproject.toml, with those it includes."""
    entries: list[Any] = tomllib.loads((PROJECT / "pyproject.toml").read_text())["dependency-groups"][name]
    included = [group(entry["include-group"]) for entry in entries if isinstance(entry, dict)]
    return {entry for entry in entries if isinstance(entry, str)}.union(*included)


@pytest.mark.parametrize("service", SERVICES)
def test_a_group_names_exactly_what_its_service_imports(service: str) -> None:
    own, others = find_imports(service)
    # Data, read as a resource where the zones are loaded.
    data = {"tzdata"} if "shared.core.time_window" in own else set()
    assert {DISTRIBUTIONS.get(name, name) for name in others - RUNTIME} | data == group(f"lambda-{service}")


@pytest.mark.parametrize("service", SERVICES)
def test_the_modules_on_the_way_to_a_module_come_along(service: str) -> None:
    own = set(find_imports(service)[0])
    assert {"services", handler_module(service), "shared.aws.client", "shared.aws.client.client"} <= own
    assert {name.rpartition(".")[0] for name in own} - {""} <= own
    assert all((PROJECT / source_of(name)).is_file() for name in own)


@pytest.mark.parametrize("service", SERVICES)
def test_no_service_takes_another(service: str) -> None:
    own, _ = find_imports(service)
    assert {name.split(".")[1] for name in own if name.startswith("services.")} == {service}


def test_the_files_that_a_module_reads_come_along(tmp_path: Path) -> None:
    for service in SERVICES:
        copy_own(service, tmp_path / service)
    static = FILES_OF["shared.console.assets"]
    assert [each.name for each in files_of(tmp_path / "admin" / static)] == [
        "app.css",
        "app.js",
        "icon.svg",
        "index.html",
    ]
    assert not (tmp_path / "vend" / static).exists()
    assert not (tmp_path / "authorizer" / static).exists()
