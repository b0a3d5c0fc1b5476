"""The zips of `make package`, built once for the Python the emulator runs functions with: its own, which is ours."""

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from deploy.packages.build import build_packages
from deploy.packages.target import Target
from tests.once import made_once

HOST = Target("{}.{}".format(*sys.version_info), Target.host().arch)


def host_packages(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Give each function's zip."""
    folder = made_once(tmp_path_factory, "host-packages", _build)
    return {name: folder / f"sentinel-{name}-{HOST.arch}.zip" for name in ("vend", "authorizer", "admin")}


def _build(out: Path) -> None:
    build_packages(HOST, out)
