import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.node import install_node_program
from tests.once import made_once
from tests.patience import LIMIT_S
from tests.security.guardrails.organization import Organization


@pytest.fixture(scope="session")
def organization(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Organization]:
    install = partial(install_node_program, Path(__file__).parent / "simulator")
    folder = made_once(tmp_path_factory, "simulator", install)
    command = ("node", str(folder / "simulate.js"))
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Organization(process, folder)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(LIMIT_S) == 0
