"""The commands that see, revoke and lock, run as people run them, against the whole system."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from deploy.local.stack import LocalStack
from shared.clock import utc_now
from tests.e2e.callers import Caller, hire
from tests.e2e.sdks.person import Finished, Person, person

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def developer(system: LocalStack) -> Caller:
    """A person with an approval for staging."""
    caller = await hire(system)
    await Caller(system, "bob").act(await caller.ask("staging"), "approve")
    return caller


@pytest.fixture
def operator(system: LocalStack, tmp_path: Path) -> Person:
    return person(system, "operator", tmp_path / "operator")


def done(finished: Finished) -> Any:
    assert finished.code == 0, finished.err
    return json.loads(finished.out)


async def vend(caller: Caller) -> str:
    answer = await caller.vend("staging")
    assert answer.status == 200, answer.body
    return str(answer.body["SessionId"])


async def test_curl_calls_an_api_until_the_session_is_revoked(
    system: LocalStack, developer: Caller, operator: Person, tmp_path: Path
) -> None:
    them = person(system, developer.name, tmp_path)
    # The person's shell knows the emulator by its AWS profile; a proof is signed for the STS the authorizer asks.
    emulated = {"AWS_ENDPOINT_URL": system.emulator.endpoint}
    api = ("--api", system.sensitive_endpoint.api_id, f"{system.sensitive_api}/ledger")
    called = await them.sentinel("curl", "--profile", "staging", *api, **emulated)
    assert called.code == 0, called.err
    session_id = json.loads(called.out)["caller"]["session_id"]
    revoked = done(await operator.sentinel("session", "revoke", session_id, "--reason", "laptop stolen", "--json"))
    assert (revoked["session"]["status"], revoked["kill_switch"]["status"]) == ("revoked", "applied")
    shown = done(await operator.sentinel("session", "show", session_id, "--json"))
    assert shown["revoked"]["comment"] == "laptop stolen"
    again = await them.sentinel("curl", "--profile", "staging", *api, **emulated)
    assert (again.code, "403" in again.err) == (1, True)


async def test_sessions_of_one_user_are_listed_and_revoked_at_once(developer: Caller, operator: Person) -> None:
    vended = {await vend(developer) for _ in range(3)}
    mine = ("--view", "all", "--user", developer.user, "--json")
    listed = done(await operator.sentinel("session", "list", *mine, "--status", "active"))
    assert {session["id"] for session in listed["sessions"]} == vended
    revoked = done(await operator.sentinel("session", "revoke", "--user", developer.user, "--reason", "gone", "--json"))
    assert (revoked["revocation"]["marked"], revoked["revocation"]["complete"]) == (3, True)
    listed = done(await operator.sentinel("session", "list", *mine, "--status", "revoked"))
    assert {session["id"] for session in listed["sessions"]} == vended


async def test_a_lockout_is_set_listed_and_lifted(developer: Caller, operator: Person) -> None:
    whom = ("--user", developer.user)
    locked = done(await operator.sentinel("lock", "create", *whom, "--reason", "left", "--duration", "1h", "--json"))
    assert locked["name"] == developer.user
    listed = done(await operator.sentinel("lock", "list", "--json"))
    assert developer.user in [lockout["name"] for lockout in listed["lockouts"]]
    assert (await developer.vend("staging")).body["code"] == "locked_out"
    done(await operator.sentinel("lock", "lift", *whom, "--comment", "back again", "--json"))
    assert (await developer.vend("staging")).status == 200


async def test_another_spelling_locks_the_person_out_and_the_name_is_said_to_be_never_seen(
    developer: Caller, operator: Person
) -> None:
    spelled = ("--user", f"{developer.user.upper()}@corp.example")
    locked = await operator.sentinel("lock", "create", *spelled, "--reason", "left", "--duration", "1h")
    assert locked.code == 3, locked.err
    assert "was never seen" in locked.err
    assert f"did you mean {developer.user}" in locked.err
    assert (await developer.vend("staging")).body["code"] == "locked_out"
    done(await operator.sentinel("lock", "lift", "--user", developer.user, "--json"))
    assert (await developer.vend("staging")).status == 200


async def test_the_kill_switch_is_looked_at_and_made_good(operator: Person) -> None:
    done(await operator.sentinel("kill-switch", "sync", "--json"))
    assert done(await operator.sentinel("kill-switch", "status", "--json"))["status"] == "unchanged"


async def test_a_trail_names_its_queries_where_cloudtrail_may_not_be_asked(developer: Caller, operator: Person) -> None:
    session_id = await vend(developer)
    shown = await operator.sentinel("session", "show", session_id, "--trail")
    assert (shown.code, f"-{session_id}-" in shown.out) == (0, True)
    assert "may not look up CloudTrail events" in shown.err


async def test_the_audit_log_is_checked_against_the_rows_and_an_altered_line_is_found(
    system: LocalStack, developer: Caller, operator: Person, tmp_path: Path
) -> None:
    now = utc_now()
    since, until = (f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in (now, now + timedelta(hours=1)))
    vended = [await vend(developer) for _ in range(2)]
    verify = ("audit", "verify", "--since", since, "--until", until, "--without", "trail", "--json", "--from")
    checked = await operator.sentinel(*verify, str(system.log_file))
    assert checked.code == 3, checked.err
    lines = json.loads(checked.out)["lines"]
    # Others may have vended in the second with which the period begins.
    assert lines["compared"] >= len(vended)
    assert lines["findings"] == []
    altered = tmp_path / "altered.log"
    log = system.log_file.read_text(encoding="utf-8").splitlines(keepends=True)
    altered.write_text("".join(line.replace(developer.name, "mallory") if vended[0] in line else line for line in log))
    checked = await operator.sentinel(*verify, str(altered))
    found = {(each["found"], each["where"]) for each in json.loads(checked.out)["lines"]["findings"]}
    assert checked.code == 1
    assert ("row and line differ", f"session {vended[0]}") in found
    # The second vend was by the same process, whose next line has the hash of the line as it was.
    assert "altered" in {kind for kind, _ in found}
