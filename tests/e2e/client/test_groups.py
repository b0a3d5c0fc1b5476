"""Groups, as people and on-call tools push and read them: signed, by a process of its own."""

import asyncio
import json
import sys

from tests.e2e.client.fake_service import FakeService, Machine

PUSH = ("groups", "push", "payments-oncall")
FOR = ("--for", "8h", "--reason", "rota, week 12")


async def test_a_push_is_seen_and_removed(user: Machine, service: FakeService) -> None:
    done = await user.sentinel(*PUSH, "carol@example.com", "role/ci", *FOR)
    assert done.code == 0, done.err
    assert service.groups.pushed["payments-oncall"]["members"] == ["carol@example.com", "role/ci"]
    shown = await user.sentinel("groups", "members", "payments-oncall")
    assert "carol@example.com, role/ci" in shown.out
    assert "rota, week 12" in shown.out
    assert (await user.sentinel("groups", "remove", "payments-oncall")).code == 0
    gone = await user.sentinel("groups", "members", "payments-oncall", "--json")
    assert (gone.code, gone.out) == (1, "")
    assert json.loads(gone.err)["error"]["code"] == "not_found"


async def test_an_on_call_tool_writes_users_to_standard_input(user: Machine, service: FakeService) -> None:
    process = await asyncio.create_subprocess_shell(
        'printf "carol@example.com\\ndave@example.com\\n" | "$PYTHON" -m sentinel groups push payments-oncall - '
        "--for 30m --reason rota --json",
        env={**user.environ, "PYTHON": sys.executable},
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    assert json.loads(out) == service.groups.pushed["payments-oncall"]
    assert service.groups.pushed["payments-oncall"]["members"] == ["carol@example.com", "dave@example.com"]


async def test_ones_own_groups_are_listed_and_what_is_not_known_said(user: Machine) -> None:
    done = await user.sentinel("groups")
    assert done.code == 0
    assert [line.split() for line in done.out.splitlines()[1:]] == [
        ["payments-oncall", "push"],
        ["corp/payments", "push"],
    ]
    assert "not all of your groups are known" in done.err
