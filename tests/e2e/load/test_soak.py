"""Everything at once, for a moment: nothing grows and nothing fails. And a soak finds what does grow."""

import json
import sys
from pathlib import Path
from subprocess import PIPE, run
from typing import Any

import pytest

from load.options import read_options
from load.soak.soak import soak
from load.soak.verdict import ALLOWED
from tests.patience import LIMIT_S

ASKED_FOR = {
    "approve a request: ok",
    "authorize: ok",
    "lock a user: ok",
    "revoke a user: ok",
    "revoke everyone: not_permitted",
    "too long: invalid_request",
    "unknown profile: denied",
    "vend dev: ok",
    "vend prod, glass broken: ok",
    "vend staging: ok",
}


@pytest.mark.begins_first
def test_everything_at_once_leaves_nothing_behind(tmp_path: Path) -> None:
    # After the warm-up, time enough that each task has had its turn.
    brief = ["--seconds", "40", "--rate", "9", "--interval", "0.2", "--out", str(tmp_path)]
    command = [sys.executable, "-m", "load.soak", *brief]
    finished = run(command, stdout=PIPE, text=True, check=False, timeout=LIMIT_S)
    assert finished.returncode == 0, finished.stdout
    result: Any = json.loads((tmp_path / "soak" / "result.json").read_text(encoding="utf-8"))
    assert set(result["processes"]) == {"ADMIN0000", "AUTHORIZER0000", "VEND0000", "VEND0001", "gateway"}
    assert set(result["outcomes"]) >= ASKED_FOR


async def test_a_function_that_leaks_makes_a_soak_fail_in_every_measure(tmp_path: Path) -> None:
    brief = ["--zero", "--seconds", "20", "--warm-up", "3", "--rate", "20", "--target-rps", "10"]
    options = read_options(["soak", *brief, "--out", str(tmp_path)])
    result = await soak(options, {"services.vend.handler.handler": "tests.e2e.load.leaking.handler"}, interval_s=0.1)
    failed = {check["check"] for check in result["checks"] if not check["passed"]}
    assert not result["passed"]
    # Few invocations are enough for one of the two environments; which one is luck.
    assert [
        [each for each in ALLOWED if f"steady growth of {each} in VEND{number:04} <= {ALLOWED[each]:g}" in failed]
        for number in range(2)
    ].count(list(ALLOWED)) >= 1
