from collections.abc import Mapping

import pytest

from deploy.packages.build import Package
from tests.e2e.best_packages import best_packages


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Package]:
    return best_packages(tmp_path_factory)
