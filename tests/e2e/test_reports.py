"""The commands that read audit lines, run as people run them, on what the functions of the whole system wrote."""

import json
from pathlib import Path
from typing import Any

import pytest

from deploy.local.deployment import local_deployment
from deploy.local.stack import LocalStack
from tests.e2e.callers import Caller, hire
from tests.e2e.sdks.person import Finished, person

pytestmark = pytest.mark.asyncio(loop_scope="session")


def done(finished: Finished) -> Any:
    assert finished.code == 0, finished.err
    return json.loads(finished.out)


async def test_what_people_did_is_in_the_report_and_stays_allowed_by_what_is_suggested(
    system: LocalStack, tmp_path: Path
) -> None:
    caller, bob, auditor = await hire(system), Caller(system, "bob"), person(system, "operator", tmp_path / "operator")
    request_id = await caller.ask("staging")
    assert (await caller.act(request_id, "approve")).status == 403
    assert (await bob.act(request_id, "approve")).status == 200
    assert (await caller.vend("staging")).status == 200
    event_id = (await caller.break_glass("prod")).body["event"]["id"]
    assert (await caller.vend("prod")).status == 200
    await caller.follow(event_id, "close")
    lines = ("--from", str(system.log_file), "--since", "1h", "--json")
    found = done(await auditor.sentinel("report", *lines))
    access = [each for each in found["access"] if each["user"] == caller.user]
    assert sorted((each["profile"], each["rule"], each["via"], each["sessions"]) for each in access) == [
        ("prod", "closed", "break-glass", 1),
        ("staging", "ask-first", "approval", 1),
    ]
    assert [each for each in found["duties"] if each["of"] == caller.user] == [
        {"of": caller.user, "by": "bob", "kind": "approval", "count": 1, "mutual": "no"}
    ]
    assert [each["result"] for each in found["own"] if each["id"] == request_id] == ["not_permitted"]
    (event,) = (each for each in found["break_glass"] if each["id"] == event_id)
    assert (event["user"], event["sessions"], event["reviewed"]) == (caller.user, 1, None)
    async with system.aws.client("ssm") as ssm:
        stored = await ssm.get_parameter(Name=f"{local_deployment().parameter_prefix}/policies/access")
    policy = tmp_path / "access.json"
    policy.write_text(stored["Parameter"]["Value"])
    suggested = done(await auditor.sentinel("policy", "suggest", "--policy", str(policy), *lines))
    assert suggested["verified"] >= 2
    assert "closed" not in {each["rule"] for each in suggested["changes"]}
