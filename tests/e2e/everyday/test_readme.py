"""The README's commands, word for word, by people with an empty home; only the ids are today's."""

import asyncio
import json
import re
import stat
from collections.abc import Mapping

import pytest

from tests.e2e.everyday.people import PROJECT, Person

pytestmark = pytest.mark.asyncio(loop_scope="module")
README = (PROJECT / "README.md").read_text(encoding="utf-8")
# Run by other tests, or about a deployment that is not here.
ELSEWHERE = {
    "make demo",  # tests/e2e/local/test_system.py
    "make test",  # this is one of them
    "sentinel doctor --operator",  # tests/e2e/test_doctor.py
    "sentinel policy replay --policy access.yaml --since 30d",  # tests/security/pipelines/test_pages.py
}


def commands_of(section: str) -> list[str]:
    """List a section's indented lines, without what follows a `#`."""
    text = README.partition(f"## {section}\n")[2].partition("\n## ")[0]
    return [line.partition("  #")[0].strip() for line in text.splitlines() if line.startswith("    ")]


def command(section: str, beginning: str) -> str:
    [found] = [line for line in commands_of(section) if line.startswith(beginning)]
    return found


USE, DECIDE, OPERATE = "You need credentials", "You approve, or you stop things", "You operate it"


async def first_id(person: Person, kind: str, view: str) -> str:
    """Wait for what a person can act on; gives its id."""
    while True:
        listed = json.loads((await person.succeeds(f"sentinel {kind} list --view {view} --json")).out)
        for row in next(iter(listed.values())):
            return str(row["id"])


async def test_every_command_of_the_readme_is_run_here_or_known_to_be_elsewhere() -> None:
    shown = {line.strip() for line in re.findall(r"^    ((?:sentinel|make|cd) [^#\n]+)", README, re.MULTILINE)}
    ran = {*commands_of(USE), *commands_of(DECIDE), command(OPERATE, "cd ")}
    assert shown == ran | ELSEWHERE


async def test_the_engineers_commands(people: Mapping[str, Person]) -> None:
    alice = people["alice"]
    assert "staging" in (await alice.succeeds(command(USE, "sentinel profiles"))).out
    assert "assumed-role/dev" in (await alice.succeeds(command(USE, "sentinel exec dev"))).out
    await alice.succeeds(command(USE, "sentinel configure"))
    configured = await alice.succeeds("aws sts get-caller-identity", AWS_PROFILE="dev")
    assert "assumed-role/dev" in configured.out


async def test_the_approvers_commands(people: Mapping[str, Person]) -> None:
    alice, bob = people["alice"], people["bob"]
    deploy = alice.home / "deploy"
    deploy.write_text("#!/bin/sh\naws sts get-caller-identity\n", encoding="utf-8")
    deploy.chmod(stat.S_IRWXU)
    async with asyncio.TaskGroup() as work:
        waiting = work.create_task(alice.succeeds(command(USE, "sentinel exec --wait")))
        request_id = await first_id(bob, "request", "approvable")
        assert request_id in (await bob.succeeds(command(DECIDE, "sentinel request list"))).out
        await bob.succeeds(command(DECIDE, "sentinel request approve").replace("7k2m", request_id[:4]))
    assert "assumed-role/staging" in waiting.result().out


async def test_an_emergency_and_its_review(people: Mapping[str, Person]) -> None:
    alice, bob = people["alice"], people["bob"]
    begun = await alice.succeeds(command(USE, "sentinel break-glass start"))
    [event_id] = set(re.findall(r"\b[0-9a-hjkmnp-tv-z]{16}\b", begun.out))
    assert "assumed-role/prod" in (await alice.succeeds("sentinel exec prod -- aws sts get-caller-identity")).out
    await alice.succeeds(command(USE, "sentinel break-glass close").replace("91xf", event_id[:4]))
    reviewed = await bob.succeeds(command(DECIDE, "sentinel break-glass review").replace("91xf", event_id[:4]))
    assert "reviewed" in reviewed.out


async def test_the_operators_commands(people: Mapping[str, Person]) -> None:
    operator = people["operator"]
    assert "10 passed" in (await operator.succeeds(f"cd {PROJECT}\n{command(OPERATE, 'cd ')}")).out
    revoked = await operator.succeeds(command(DECIDE, "sentinel session revoke"))
    assert "all sessions of the user alice" in revoked.out
    await operator.succeeds("sentinel lock lift --user alice --comment 'a false alarm'")
