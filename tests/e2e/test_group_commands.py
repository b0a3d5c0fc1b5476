"""The commands on groups, run as people run them, against the whole system: what a push gives, and for how long."""

import json
from pathlib import Path
from typing import Any

import pytest

from deploy.local.stack import LocalStack
from tests.e2e.callers import hire
from tests.e2e.documents import ON_CALL
from tests.e2e.sdks.person import Finished, person

pytestmark = pytest.mark.asyncio(loop_scope="session")
GROUP = "staging-oncall"
FOR = ("--for", "1h", "--reason", "rota, week 12", "--json")


def done(finished: Finished) -> Any:
    assert finished.code == 0, finished.err
    return json.loads(finished.out)


async def test_a_push_gives_a_profile_until_it_is_removed(system: LocalStack, tmp_path: Path) -> None:
    caller = await hire(system)
    them, operator = (person(system, name, tmp_path / name) for name in (caller.name, "operator"))
    assert (await caller.vend(ON_CALL)).body["code"] == "denied"
    pushed = done(await operator.sentinel("groups", "push", GROUP, caller.user, *FOR))
    assert (pushed["members"], pushed["pushed_by"]) == ([caller.user], "operator")
    assert (await caller.vend(ON_CALL)).status == 200
    for finished in (await them.sentinel("groups", "--json"), await operator.sentinel("groups", caller.user, "--json")):
        shown = done(finished)
        assert [(each["name"], each["source"]) for each in shown["groups"]] == [(GROUP, "push")]
        assert (shown["user"], shown["is_complete"]) == (caller.user, False)
    assert done(await operator.sentinel("groups", "members", GROUP, "--json")) == pushed
    assert done(await operator.sentinel("groups", "remove", GROUP, "--json"))["members"] == []
    assert (await caller.vend(ON_CALL)).body["code"] == "denied"
    gone = await operator.sentinel("groups", "members", GROUP, "--json")
    assert json.loads(gone.err)["error"]["code"] == "not_found"


async def test_no_one_pushes_a_group_that_they_may_not(system: LocalStack, tmp_path: Path) -> None:
    caller = await hire(system)
    them, operator = (person(system, name, tmp_path / name) for name in (caller.name, "operator"))
    for who, group in ((them, GROUP), (operator, "approvers")):
        refused = await who.sentinel("groups", "push", group, caller.user, *FOR)
        assert (refused.code, json.loads(refused.err)["error"]["code"]) == (1, "not_permitted")
    assert json.loads((await them.sentinel("groups", "bob", "--json")).err)["error"]["code"] == "not_permitted"
