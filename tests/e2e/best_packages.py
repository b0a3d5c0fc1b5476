"""The zips of `make package`, built once for the Python that is best to run here: Lambda's own where it is found."""

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from deploy.packages.build import Package, build_packages
from deploy.packages.target import Target
from tests.once import made_once

_INDEX: Final = "packages.pickle"


def best_packages(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Package]:
    """Give each service's package."""
    folder = made_once(tmp_path_factory, "best-packages", _build)
    packages: Mapping[str, Package] = pickle.loads((folder / _INDEX).read_bytes())  # noqa: S301 - written below
    return packages


def _build(folder: Path) -> None:
    (folder / _INDEX).write_bytes(pickle.dumps(build_packages(Target.host(), folder)))
