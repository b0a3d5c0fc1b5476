from pathlib import Path

import pytest

from tests.e2e.terraform.terraform import copy_modules, find_plugins


@pytest.fixture(scope="session")
def plugins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return find_plugins(tmp_path_factory.mktemp("provider"))


@pytest.fixture(scope="session")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_modules(tmp_path_factory.mktemp("modules"))
