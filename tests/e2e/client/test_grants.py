"""The commands on requests and events, as people and as scripts run them."""

import json
from datetime import timedelta

import pytest

from tests.e2e.client.fake_grants import CONSOLE, a_request, an_event
from tests.e2e.client.fake_service import FakeService, Machine

ID = f"{1:016d}"


async def test_a_request_says_who_can_approve_it_and_how(user: Machine, service: FakeService) -> None:
    done = await user.sentinel(
        "request", "create", "staging", "--reason", "fix it", "--ticket", "INC-7", "--duration", "2h"
    )
    assert done.code == 0, done.err
    assert f"bob or *@sec.example can approve it: sentinel request approve {ID} or {CONSOLE}/{ID}" in done.err
    assert ID in done.out
    sent = {"profile": "staging", "reason": "fix it", "ticket": "INC-7", "duration": "2h"}
    assert service.grants.asked == [("POST", "/v1/requests", sent)]


async def test_a_script_gets_one_json_object_and_nothing_else(user: Machine) -> None:
    done = await user.sentinel("request", "create", "staging", "--reason", "fix it", "--json")
    assert (json.loads(done.out)["status"], done.err) == ("pending", "")


async def test_a_start_is_sent_in_utc(user: Machine, service: FakeService) -> None:
    await user.sentinel("request", "create", "staging", "--reason", "r", "--starts-at", "2026-03-01T19:00:00+01:00")
    assert service.grants.asked[0][2]["starts_at"] == "2026-03-01T18:00:00Z"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["request", "create", "staging"], "Missing option '--reason'"),
        (
            ["request", "create", "staging", "--reason", "r", "--starts-at", "tomorrow"],
            "--starts-at: 'tomorrow' is not an instant",
        ),
        (["request", "create", "a b", "--reason", "r"], "a profile is named with"),
        (["request", "create", "staging", "--reason", "r", "--extend", ID], "leave PROFILE and --starts-at out"),
        (["request", "approve", "../../v1/whoami"], "an id is 16 lower-case letters and digits"),
        (["request", "approve", ID.upper().replace("0", "O")], "an id is"),
        (["request", "list", "--since", "yesterday"], "--since: 'yesterday' is not an instant"),
        (
            ["break-glass", "start", "prod", "--reason", "boredom", "--justification", "x" * 30],
            "'boredom' is not one of",
        ),
        (["break-glass", "start", "prod", "--reason", "incident"], "a justification is missing"),
        (["exec", "--reason", "r", "staging", "--", "true"], "pass --wait"),
    ],
)
async def test_what_cannot_be_is_refused_before_anything_is_sent(
    user: Machine, service: FakeService, arguments: list[str], words: str
) -> None:
    done = await user.sentinel(*arguments)
    assert (done.code, service.requests) == (2, [])
    assert words in done.err


async def test_an_extension_takes_its_profile_from_the_approval_and_its_id_by_the_beginning(
    user: Machine, service: FakeService
) -> None:
    extended = "7" + ID[1:]
    service.grants.requests[extended] = a_request(id=extended, profile="prod", status="approved")
    done = await user.sentinel("request", "create", "--extend", "7000", "--reason", "it takes longer")
    assert done.code == 0, done.err
    sent = {"extends": extended, "profile": "prod", "reason": "it takes longer"}
    assert service.grants.asked[-1] == ("POST", "/v1/requests", sent)
    assert f"extends        {extended}" in done.out


@pytest.mark.parametrize(("step", "status"), [("approve", "approved"), ("deny", "denied"), ("cancel", "cancelled")])
async def test_a_step_is_taken_with_its_comment(user: Machine, service: FakeService, step: str, status: str) -> None:
    service.grants.requests[ID] = a_request()
    done = await user.sentinel("request", step, ID, "--comment", "looks [bold]fine[/bold]")
    assert (done.code, service.grants.requests[ID]["status"]) == (0, status)
    assert service.grants.asked == [("POST", f"/v1/requests/{ID}/{step}", {"comment": "looks [bold]fine[/bold]"})]
    assert status in done.out


async def test_a_failed_notification_is_reported_and_the_step_holds(user: Machine, service: FakeService) -> None:
    service.grants.requests[ID] = a_request()
    service.grants.notified = {"sns": True, "webhook:pager": False}
    done = await user.sentinel("request", "approve", ID)
    assert done.code == 0
    assert "done, but the notification to webhook:pager failed" in done.err
    assert "to sns" not in done.err


async def test_a_refusal_is_shown_with_its_code_for_scripts(user: Machine) -> None:
    done = await user.sentinel("request", "approve", ID, "--json")
    assert (done.code, json.loads(done.err)["error"]["code"]) == (1, "not_found")


async def test_a_list_is_a_table_whose_ids_can_be_copied(user: Machine, service: FakeService) -> None:
    for number in range(3):
        service.grants.requests[f"{number:016d}"] = a_request(number, reason="[red]why[/red]")
    done = await user.sentinel("request", "list", COLUMNS="70")
    head, *rows = done.out.splitlines()
    assert head.split()[:2] == ["id", "status"]
    assert [row.split()[0] for row in rows if row.startswith("0000")] == [f"{n:016d}" for n in (2, 1, 0)]


async def test_a_list_is_read_to_its_end_or_its_limit(user: Machine, service: FakeService) -> None:
    service.grants.page_size = 2
    for number in range(7):
        service.grants.requests[f"{number:016d}"] = a_request(number)
    everything = json.loads((await user.sentinel("request", "list", "--json")).out)["requests"]
    some = json.loads((await user.sentinel("request", "list", "--json", "--limit", "3")).out)["requests"]
    assert [len(everything), len(some)] == [7, 3]
    assert [row["id"] for row in everything] == [f"{n:016d}" for n in range(6, -1, -1)]


async def test_an_empty_list_says_so(user: Machine) -> None:
    done = await user.sentinel("break-glass", "list")
    assert (done.code, done.out, "there are no such events" in done.err) == (0, "", True)


async def test_one_request_is_shown_with_everything_known_of_it(user: Machine, service: FakeService) -> None:
    approvals = [{"user": "bob", "at": "2026-03-01T12:00:00Z", "comment": "go"}]
    service.grants.requests[ID] = a_request(approvals=approvals, ticket="INC-7", quorum=2)
    shown = (await user.sentinel("request", "show", ID)).out
    for words in (ID, "fix the invoices", "INC-7", "2 of bob, *@sec.example", "by bob", "go"):
        assert words in shown


async def test_what_others_wrote_cannot_move_the_cursor(user: Machine, service: FakeService) -> None:
    service.grants.requests[ID] = a_request(reason="\x1b[2J\x1b[Happroved\n")
    for arguments in (["request", "list"], ["request", "show", ID], ["request", "list", "--json"]):
        assert "\x1b[2J" not in (await user.sentinel(*arguments)).out


async def test_breaking_glass_sends_what_was_declared(user: Machine, service: FakeService) -> None:
    justification = "the shop is down and nobody is awake"  # codespell:ignore
    done = await user.sentinel("break-glass", "start", "prod", "--reason", "incident", "--justification", justification)
    assert done.code == 0, done.err
    sent = {"profile": "prod", "reason": "incident", "justification": justification}
    assert service.grants.asked == [("POST", "/v1/break-glass", sent)]
    assert "active" in done.out


@pytest.mark.parametrize(("step", "status"), [("close", "closed"), ("review", "reviewed")])
async def test_an_event_is_closed_and_reviewed(user: Machine, service: FakeService, step: str, status: str) -> None:
    service.grants.events[ID] = an_event()
    done = await user.sentinel("break-glass", step, ID, "--json")
    assert (done.code, json.loads(done.out)["status"]) == (0, status)
    assert service.grants.asked == [("POST", f"/v1/break-glass/{ID}/{step}", {})]


async def test_ones_own_list_says_how_many_requests_wait_for_ones_decision(user: Machine, service: FakeService) -> None:
    service.grants.requests[ID] = a_request()
    done = await user.sentinel("request", "list")
    assert "1 request you can decide: sentinel request list --view approvable" in done.err
    assert "you can decide" not in (await user.sentinel("request", "list", "--view", "approvable")).err
    assert (await user.sentinel("request", "list", "--json")).err == ""


async def test_who_breaks_glass_learns_who_was_notified_and_what_comes_next(user: Machine) -> None:
    why = ("--reason", "incident", "--justification", "the shop is down and no approver answers")
    done = await user.sentinel("break-glass", "start", "prod", *why)
    assert done.code == 0, done.err
    assert "notified: sns" in done.err
    assert "use it: sentinel exec prod -- COMMAND" in done.err
    assert f"sentinel break-glass close {ID}" in done.err


async def test_less_time_than_asked_is_said(user: Machine, service: FakeService) -> None:
    service.life = timedelta(hours=1)
    assert "lasts 1h, not 12h" in (await user.sentinel("exec", "--duration", "12h", "dev", "--", "true")).err
    assert "lasts" not in (await user.sentinel("exec", "--duration", "1h", "dev", "--", "true")).err
