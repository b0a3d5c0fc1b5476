from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.e2e.terraform.provider import running_provider
from tests.e2e.terraform.terraform import Root, copy_modules, find_plugins


@pytest.fixture(scope="session")
def plugins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return find_plugins(tmp_path_factory.mktemp("provider"))


@pytest.fixture(scope="session")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_modules(tmp_path_factory.mktemp("modules"))


@pytest.fixture(scope="module")
def provider(plugins: Path, modules: Path) -> Iterator[Mapping[str, str]]:
    """Give the variables by which Terraform attaches to a provider that runs."""
    root = Root(modules / "guarded-api")
    root.init(plugins)
    with running_provider(root) as variables:
        yield variables
