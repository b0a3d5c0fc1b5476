import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.cdk.installed import needs_cdk
from tests.cdk.template import Template
from tests.once import made_once
from tests.patience import LIMIT_S

PROJECT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def cdk_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The synthesized variants. A process of its own: the library and its Node.js take seconds to start."""
    needs_cdk()
    return made_once(tmp_path_factory, "cdk-variants", _synthesize) / "out"


def _synthesize(folder: Path) -> None:
    command = [sys.executable, "-m", "tests.cdk.variants", str(folder)]
    subprocess.run(command, cwd=PROJECT, env=os.environ | {"PYTHONPATH": ".:client"}, check=True, timeout=LIMIT_S)


@pytest.fixture(scope="session")
def templates(cdk_out: Path) -> Mapping[str, Template]:
    return {file.name.partition(".")[0]: Template.read(file) for file in cdk_out.glob("*.template.json")}


@pytest.fixture
def default(templates: Mapping[str, Template]) -> Template:
    """The stack of a deployment without any option."""
    return templates["Default"]


@pytest.fixture
def complete(templates: Mapping[str, Template]) -> Template:
    """Everything that can be chosen, chosen."""
    return templates["Complete"]


@pytest.fixture
def private(templates: Mapping[str, Template]) -> Template:
    """A private REST API and nothing else in front, functions from snapshots."""
    return templates["Private"]


@pytest.fixture
def account(templates: Mapping[str, Template]) -> Template:
    """An account with protected roles and without the service."""
    return templates["Account"]
