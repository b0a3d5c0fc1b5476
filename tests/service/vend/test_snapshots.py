"""SnapStart: one initialized process continues as two, and neither has anything of the other."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.patience import LIMIT_S
from tests.service.emulator import make_tables
from tests.service.vend.conftest import VendLambda

PROJECT = Path(__file__).parents[3]


@pytest.fixture
def aws_url(atomic_url: str) -> str:
    """Use the emulator that keeps connections open, as AWS does."""
    return atomic_url


@pytest.fixture
def tables(aws_url: str) -> None:  # noqa: ARG001 - the environment is its effect
    make_tables()


@pytest.fixture
def observed(vend: VendLambda, environment: dict[str, str]) -> list[dict[str, Any]]:  # noqa: ARG001 - the account around it is used
    """Give what the process said of its first vend, of the snapshot, and of the vends of its two copies."""
    result = subprocess.run(
        [sys.executable, "-m", "tests.service.vend.copies"],
        cwd=PROJECT,
        env={
            **os.environ,
            **environment,
            "PYTHONPATH": f"{PROJECT}",
            "SENTINEL_DOCUMENT_TTL": "300",
            "SENTINEL_DOCUMENT_MAX_STALE": "300",
        },
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_each_copy_is_a_process_of_its_own(observed: list[dict[str, Any]]) -> None:
    first, snapshot, *copies = observed
    assert first["peers"]
    assert snapshot["peers"] == [], "a connection would be shared by every copy"
    assert len({each["session"] for each in (first, *copies)}) == 3
    assert all(each["session"] for each in copies)
    # How long the snapshot lay is unknown: what was read before it decides nothing after it.
    assert first["policy"] not in {each["policy"] for each in copies}
    assert first["time"] < copies[0]["time"] < copies[1]["time"]
    assert all(each["peers"] for each in copies)
    assert copies[0]["random"] != copies[1]["random"]
    assert not set(first["peers"]) & {port for each in copies for port in each["peers"]}
