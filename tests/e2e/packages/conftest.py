"""The three zips, built once for the Python that is best to run here."""

from collections.abc import Mapping

import pytest

from deploy.packages.build import Package, build_packages
from deploy.packages.target import Target


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Package]:
    return build_packages(Target.host(), tmp_path_factory.mktemp("packages"))
