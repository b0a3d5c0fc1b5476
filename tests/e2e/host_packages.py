"""The zips of `make package`, built once for the Python the emulator runs functions with: its own, which is ours."""

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from deploy.packages.build import build_packages
from deploy.packages.target import Target
from tests.once import made_once


def host_target() -> Target:
    """Give what the emulator's functions run on. Skips where Lambda's wheels do not run at all."""
    try:
        return Target("{}.{}".format(*sys.version_info), Target.host().arch)
    except LookupError as error:
        pytest.skip(str(error))


def host_packages(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Give each function's zip."""
    target = host_target()
    folder = made_once(tmp_path_factory, "host-packages", lambda out: _build(target, out))
    return {name: folder / f"sentinel-{name}-{target.arch}.zip" for name in ("vend", "authorizer", "admin")}


def _build(target: Target, out: Path) -> None:
    build_packages(target, out)
