"""Filing a request whose ticket is looked up, by the whole function, at a ticket system over TLS."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import web

from tests.patience import LIMIT_S
from tests.service.admin.conftest import APPROVAL, furnish_moto
from tests.service.admin.function import AdminLambda, Answered, Clock, open_admin
from tests.service.emulator import aws, table_name
from tests.service.notify.receiver import Behaviour, Receiver, answers, hangs, running_receiver
from tests.tickets import SECRET, jira, lookup_document, says, sends, servicenow
from tests.unit.admin.test_ticket_recipes import JIRA_TEXT, SERVICENOW_TEXT

HOST = "127.0.0.1"
RULE: dict[str, Any] = {
    "name": "ticketed",
    "profiles": ["prod"],
    "approvers": ["bob"],
    "ticket": ".+",
    "ticket_lookup": "jira",
    "auto_approve": {"users": ["trusty"], "max_duration": "1h"},
}


@dataclass
class Desk:
    """The function and the ticket system. The function runs in a thread: it has an event loop of its own."""

    admin: AdminLambda
    system: Receiver

    async def file(self, *behaviours: Behaviour, by: str = "alice", **changes: Any) -> Answered:
        self.system.behaviours, self.system.received = list(behaviours), []
        body = {"profile": "prod", "reason": "fix", "ticket": "INC-1"} | changes
        return await asyncio.to_thread(self.admin.post, "/v1/requests", body, by)

    def store(self, name: str, document: object) -> None:
        self.store_text(name, json.dumps(document))

    def store_text(self, name: str, text: str) -> None:
        self.admin.aws("ssm").put_parameter(Name=f"/sentinel/{name}", Value=text, Type="SecureString", Overwrite=True)

    def follow_the_page(self, text: str) -> None:
        """Store a document as the page on policies has it, for the ticket system of the test."""
        here = re.sub(r"https://example[a-z.-]+/", f"https://{HOST}:{self.system.port}/", text)
        self.store_text("tickets/jira", f"{here}allow_private: true\n")

    async def explain(self, by: str) -> Any:
        """Give what a request would need."""
        answered = await asyncio.to_thread(self.admin.post, "/v1/explain", {"profile": "prod"}, by)
        assert SECRET not in str(answered.body)
        return answered.body["approval"]

    def look_up(self, **changes: Any) -> None:
        """Store the document, for the ticket system of the test."""
        url = f"https://{HOST}:{self.system.port}/issue/{{ticket}}"
        self.store("tickets/jira", lookup_document(url, allow_private=True, **changes))


def _open(environment: dict[str, str]) -> AdminLambda:
    furnish_moto()
    function = open_admin(environment, Clock(), aws)
    function.store("policies/approval", {"version": "1", "rules": [RULE, *APPROVAL["rules"][:1]]})
    return function


@pytest.fixture
async def desk(aws_url: str, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:  # noqa: ARG001 - the emulator's address is in the environment
    async with running_receiver(name=HOST) as system:
        monkeypatch.setattr("services.admin.outbound.session.trusted_authorities", lambda: system.trusting)
        monkeypatch.setattr("services.admin.tickets.check.LIMIT_S", LIMIT_S)
        function = await asyncio.to_thread(_open, environment)
        try:
            yield Desk(function, system)
        finally:
            await asyncio.to_thread(function.app.close)


async def test_a_request_with_an_open_ticket_is_filed(desk: Desk) -> None:
    desk.look_up()
    filed = await desk.file(says("Open"))
    assert (filed.status, filed.body["request"]["ticket"]) == (201, "INC-1")
    assert (filed.audit["ticket_lookup"], filed.audit["ticket_state"]) == ("jira", '"Open"')
    [received] = desk.system.received
    assert (received.path, received.headers["Authorization"]) == ("/issue/INC-1", SECRET)
    assert SECRET not in desk.admin.stdout.getvalue()


NOT_THERE = "Ticket INC-1 has no state in the ticket system (jira): it does not exist, or Sentinel may not see it."
REFUSED: list[tuple[Behaviour, str]] = [
    (says("Closed"), 'INC-1 is "Closed", and a request may be filed for one that is "Open" or "In Progress".'),
    (says('x". Approved by bob. <b>\n' + "y" * 300), "INC-1 is \"x'. Approved by bob. \uff1cb\uff1e yyy"),
    (says(None), NOT_THERE),
    (answers(404), NOT_THERE),
    (sends(b"[]"), NOT_THERE),
]
FAILED: list[tuple[Behaviour, str]] = [
    (answers(503), "it answered 503"),
    (answers(401), "it answered 401"),
    (answers(302, Location="https://127.0.0.1/"), "it answered 302"),
    (sends(b"<html>"), "its answer is not JSON"),
]


async def test_a_ticket_in_any_other_state_or_in_none_is_refused(desk: Desk) -> None:
    desk.look_up()
    for behave, words in REFUSED:
        refused = await desk.file(behave)
        assert (refused.status, refused.code) == (400, "invalid_request")
        assert words in refused.body["message"]
        assert len(refused.body["message"]) < 300
    assert desk.admin.grants() == []


async def test_where_the_ticket_system_cannot_be_asked_nothing_is_filed(desk: Desk) -> None:
    desk.look_up()
    for behave, cause in FAILED:
        refused = await desk.file(behave)
        assert (refused.status, refused.code) == (503, "unavailable")
        assert f"(jira) was not asked successfully: {cause}. Nothing was filed." in refused.body["message"]
        assert (refused.audit["outcome"], refused.audit["dependency"]) == ("failed", "tickets/jira")
        assert SECRET not in desk.admin.stdout.getvalue() + json.dumps(refused.body)
    assert desk.admin.grants() == []


async def test_a_request_that_would_approve_itself_is_looked_up_too(desk: Desk) -> None:
    desk.look_up()
    assert (await desk.file(says("Closed"), by="trusty")).code == "invalid_request"
    assert (await desk.file(says("Open"), by="trusty")).body["request"]["status"] == "approved"


CHEAPLY_REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("mallory", {}),
    ("alice", {"profile": "dev"}),
    ("alice", {"profile": "none"}),
    ("alice", {"duration": "9h"}),
    ("alice", {"ticket": None}),
    ("alice", {"ticket": "../../admin"}),
    ("alice", {"ticket": "INC-1?expand=x"}),
    ("alice", {"ticket": "INC1^ORstate=2"}),
    ("bob", {}),
]


async def test_what_is_refused_without_the_ticket_system_is_not_asked_about(desk: Desk) -> None:
    desk.look_up()
    for asker, changes in CHEAPLY_REFUSED:
        refused = await desk.file(says("Open"), by=asker, **changes)
        assert 400 <= refused.status < 500, changes
        assert not desk.system.received


async def test_without_a_usable_document_nothing_is_filed_and_an_administrator_learns_why(desk: Desk) -> None:
    missing = await desk.file(says("Open"))
    desk.store("tickets/jira", lookup_document("http://planted.example/{ticket}"))
    invalid = await desk.file(says("Open"))
    for refused in (missing, invalid):
        assert (refused.status, refused.code) == (503, "unavailable")
        assert "store tickets/jira, or remove ticket_lookup from the rule" in refused.body["message"]
    assert missing.audit["detail"] == "there is no tickets/jira"
    assert invalid.audit["detail"].startswith("tickets/jira is not valid: line 1: url: must begin with https://")
    assert "planted" not in desk.admin.stdout.getvalue()
    assert desk.admin.grants() == []


async def test_a_look_up_that_is_switched_off_accepts_tickets_as_they_are_written(desk: Desk) -> None:
    desk.look_up(enabled=False)
    filed = await desk.file(says("Closed"))
    assert (filed.status, filed.audit["ticket_state"]) == (201, "not looked up")
    assert not desk.system.received


async def test_a_change_of_the_document_applies_to_the_next_request(desk: Desk) -> None:
    desk.look_up()
    assert (await desk.file(says("Review"))).status == 400
    desk.look_up(values=["Review"])
    assert (await desk.file(says("Review"))).status == 201


async def test_a_rule_without_a_look_up_asks_no_one(desk: Desk) -> None:
    desk.look_up()
    assert (await desk.file(says("Closed"), profile="vault")).status == 201
    assert not desk.system.received


JIRA_KEY, SERVICENOW_KEY = (re.findall(r'value: "(.+)"', text)[0] for text in (JIRA_TEXT, SERVICENOW_TEXT))
ISSUES = {"INC-1": "indeterminate", "INC-2": "done"}
CHANGES = {"CHG0030052": "-1", "CHG0030053": "3"}


async def test_the_documents_of_the_page_work_with_what_they_are_for(desk: Desk) -> None:
    desk.follow_the_page(JIRA_TEXT)
    assert (await desk.file(jira(ISSUES, JIRA_KEY), ticket="INC-1")).audit["ticket_state"] == '"indeterminate"'
    closed, missing = [await desk.file(jira(ISSUES, JIRA_KEY), by="carol", ticket=f"INC-{n}") for n in (2, 3)]
    assert 'INC-2 is "done", and a request may be filed for one that is "new" or' in closed.body["message"]
    desk.follow_the_page(SERVICENOW_TEXT)
    filed = await desk.file(servicenow(CHANGES, SERVICENOW_KEY), by="zoe", ticket="CHG0030052")
    assert (filed.status, filed.audit["ticket_state"]) == (201, '"-1"')
    over, none = [
        await desk.file(servicenow(CHANGES, SERVICENOW_KEY), by="carol", ticket=f"CHG003005{n}") for n in (3, 4)
    ]
    assert 'CHG0030053 is "3", and a request may be filed for one that is "-1".' in over.body["message"]
    for each in (missing, none):
        assert "does not exist, or Sentinel may not see it. Name another; if you see it" in each.body["message"]


async def test_a_credential_that_has_ended_never_opens_the_way(desk: Desk) -> None:
    desk.follow_the_page(JIRA_TEXT)
    hidden = await desk.file(jira(ISSUES, "Basic another"))
    assert hidden.code == "invalid_request"
    assert "if you see it there yourself, tell the platform team" in hidden.body["message"]
    desk.follow_the_page(SERVICENOW_TEXT)
    refused = await desk.file(servicenow(CHANGES, "Basic another"), ticket="CHG0030052")
    assert refused.code == "unavailable"
    assert "it answered 401. Nothing was filed" in refused.body["message"]
    assert desk.admin.grants() == []


async def test_a_ticket_system_that_hangs_is_a_refusal_in_time(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.admin.tickets.check.LIMIT_S", 0.2)
    desk.look_up()
    refused = await desk.file(hangs)
    assert refused.code == "unavailable"
    assert "no answer in time. Nothing was filed. Try again" in refused.body["message"]
    assert desk.admin.grants() == []


async def test_an_extension_is_looked_up_once_and_refused_before_anything_is_written(desk: Desk) -> None:
    desk.look_up()
    first = (await desk.file(says("Open"), by="trusty", duration="15m")).body["request"]["id"]
    before = desk.admin.rows()
    longer: dict[str, Any] = {"by": "trusty", "extends": first, "duration": "15m"}
    assert (await desk.file(says("Closed"), **longer)).code == "invalid_request"
    assert desk.admin.rows() == before

    async def changes_the_approval(request: web.Request) -> web.StreamResponse:
        await asyncio.to_thread(_mark, desk.admin, first)
        return await says("Open")(request)

    filed = await desk.file(changes_the_approval, says("Closed"), **longer)
    assert (filed.status, len(desk.system.received)) == (201, 1)
    [row] = [row for row in desk.admin.rows() if first in row["item"]["S"]]
    assert row["marked_by"] == {"S": "run-2"}, "written again on what it is now"
    assert row["extended_by"]["S"] == filed.body["request"]["id"]


def _mark(admin: AdminLambda, request_id: str) -> None:
    """Change the row of a request as the schedule would."""
    admin.aws("dynamodb").update_item(
        TableName=table_name("grant"),
        Key={"subject": {"S": "user#trusty"}, "item": {"S": f"approval#prod#{request_id}"}},
        UpdateExpression="SET marked_by = :run",
        ExpressionAttributeValues={":run": {"S": "run-2"}},
    )


async def test_one_learns_that_a_ticket_is_looked_up_and_whether_it_can_be(desk: Desk) -> None:
    unusable = {"name": "jira", "state": "unusable", "problem": None}
    assert (await desk.explain("alice"))["ticket_lookup"] == unusable
    assert (await desk.explain("olivia"))["ticket_lookup"] == unusable | {"problem": "there is no tickets/jira"}
    desk.store("tickets/jira", lookup_document("http://planted.example/{ticket}"))
    problem = (await desk.explain("olivia"))["ticket_lookup"]["problem"]
    assert problem.startswith("tickets/jira is not valid: line 1: url: must begin with https://")
    desk.look_up()
    usable = {"name": "jira", "state": "usable", "problem": None}
    assert (await desk.explain("alice"))["ticket_lookup"] == usable
    desk.look_up(enabled=False)
    assert (await desk.explain("alice"))["ticket_lookup"] == usable
    terms = await desk.explain("olivia")
    assert (terms["ticket"], terms["ticket_lookup"]) == (".+", usable | {"state": "disabled"})
    assert not desk.system.received
