"""Audit lines as events of OCSF: valid by the published schema, and with every field of the line."""

import json
from dataclasses import fields
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator, meta

from sentinel.evidence.ocsf import VERSION, to_event
from shared.core.identity import CallerKind
from shared.edge.audit.line import AuditLine
from shared.edge.audit.writing import render
from tests.unit.client.evidence import published

SCHEMA = json.loads((Path(published.__path__[0]) / f"ocsf-{VERSION}-api_activity.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
NOW = datetime(2026, 11, 29, 12, 0, 0, 250_000, tzinfo=UTC)


def problems(event: dict[str, Any]) -> list[str]:
    return [f"{'/'.join(map(str, each.instance_path))}: {each.message}" for each in VALIDATOR.iter_errors(event)]


def event_of(service: str = "vend", outcome: Any = "issued", **more: Any) -> dict[str, Any]:
    """Translate a line as the function writes it."""
    event = to_event(json.loads(render(AuditLine(NOW, service, "r-1", outcome=outcome, **more))))
    assert problems(event) == []
    return event


def full_line() -> AuditLine:
    """Give a line in which every field has a value of its own."""
    line, numbers = AuditLine(NOW, "vend", "r-1"), count(1000)
    for each in fields(AuditLine):
        value, number = getattr(line, each.name), next(numbers)
        hint = str(each.type)
        if each.name in ("time", "service", "request_id", "outcome"):
            continue
        if each.name == "expires_at":
            line.expires_at = NOW
        elif isinstance(value, dict) or "Mapping" in hint:
            setattr(line, each.name, {f"key-{number}": number})
        elif "Sequence" in hint or "list[" in hint:
            setattr(line, each.name, [f"entry-{number}"])
        elif "int" in hint or "Seconds" in hint:
            setattr(line, each.name, number)
        else:
            setattr(line, each.name, f"text-{number}")
    line.source_ip, line.operation, line.caller_kind = "198.51.100.7", "GET /profiles/prod", "role"
    return line


def test_the_schema_is_one_of_this_version() -> None:
    meta.validate(SCHEMA)
    assert SCHEMA["$id"] == f"https://schema.ocsf.io/schema/{VERSION}/classes/api_activity?profiles=cloud"
    assert problems({}) != []


def test_every_value_of_a_line_is_in_its_event() -> None:
    line = json.loads(render(full_line()))
    event = to_event(line)
    assert problems(event) == []
    written = json.dumps(event)
    assert [name for name, value in line.items() if json.dumps(value).strip('"') not in written] == []
    assert event["unmapped"].keys() < line.keys()


@pytest.mark.parametrize("dropped", ["session_id", "grant_id", "user"])
def test_what_belongs_to_a_field_that_is_not_there_is_kept(dropped: str) -> None:
    line = {
        "caller_kind": "role",
        "access_key_id": "ASIA-7",
        "grant_user": "gina",
        "session_user": "sam",
        "time": "2026-11-29T12:00:00Z",
    }
    event = to_event({"session_id": "s", "grant_id": "g", "user": "u"} | line | {dropped: None})
    written = json.dumps(event)
    assert [each for each in ("role", "ASIA-7", "gina", "sam") if each not in written] == []
    assert problems(event) == []


@pytest.mark.parametrize(
    ("service", "operation", "activity"),
    [
        ("vend", "GET /profiles/prod", "Create"),
        ("authorizer", None, "Read"),
        ("admin", "GET /v1/sessions", "Read"),
        ("admin", "POST /v1/requests", "Create"),
        ("admin", "POST /v1/requests/0123456789abcdef/approve", "Update"),
        ("admin", "POST /v1/break-glass/0123456789abcdef/close", "Update"),
        ("admin", "POST /v1/kill-switch/sync", "Update"),
        ("admin", "PUT /v1/groups/oncall/members", "Update"),
        ("admin", "DELETE /v1/lockouts", "Delete"),
        ("admin", "follow-up", "Other"),
        ("admin", None, "Other"),
    ],
)
def test_the_activity_is_what_the_call_is_for(service: str, operation: str | None, activity: str) -> None:
    event = event_of(service, "answered", operation=operation)
    assert event["activity_name"] == activity
    assert event["type_uid"] == 600300 + event["activity_id"]


@pytest.mark.parametrize(
    ("outcome", "via", "status", "severity"),
    [
        ("issued", "approval", "Success", "Informational"),
        ("issued", "break-glass", "Success", "Medium"),
        ("allowed", None, "Success", "Informational"),
        ("refused", None, "Failure", "Low"),
        ("failed", None, "Failure", "Medium"),
    ],
)
def test_how_it_ended_and_how_much_it_matters(outcome: str, via: str | None, status: str, severity: str) -> None:
    event = event_of("vend", outcome, via=via, code="denied", detail="no rule")
    assert (event["status"], event["severity"]) == (status, severity)
    assert (event["status_code"], event["status_detail"]) == ("denied", "no rule")


def test_who_decided_by_what_is_where_readers_of_ocsf_look() -> None:
    event = event_of(
        user="alice",
        caller_kind=CallerKind.IDENTITY_CENTER,
        account="111122223333",
        verdict="allow",
        rule="dev",
        policy_version="0123456789abcdef",
        role_arn="arn:aws:iam::111122223333:role/sentinel/protected/dev",
        profile="dev",
        session_id="s-1",
        access_key_id="ASIAEXAMPLE",
        process="ab",
        sequence=7,
    )
    assert event["time"] == 1795953600250
    assert (event["actor"]["user"]["name"], event["actor"]["user"]["type_id"]) == ("alice", 1)
    assert event["actor"]["authorizations"] == [
        {"decision": "allow", "policy": {"name": "access", "uid": "dev", "version": "0123456789abcdef"}}
    ]
    role, session = event["resources"]
    assert (role["name"], session["uid"], session["data"]) == ("dev", "s-1", {"access_key_id": "ASIAEXAMPLE"})
    assert event["metadata"]["uid"] == "ab-7"


def test_a_schedule_is_an_actor_without_a_name() -> None:
    event = event_of("admin", "answered", operation="sync-groups", members=3)
    assert event["actor"] == {"invoked_by": "sync-groups"}
    assert event["src_endpoint"] == {"svc_name": "Sentinel"}
    assert event["unmapped"]["members"] == 3


@given(user=st.text(max_size=40), operation=st.text(max_size=40), profile=st.text(max_size=40))
def test_what_callers_choose_makes_no_event_invalid(user: str, operation: str, profile: str) -> None:
    event_of(user=user, operation=operation, profile=profile, caller_arn=user, session_id="s")


def test_a_line_without_its_instant_is_no_event() -> None:
    with pytest.raises(ValueError, match="ISO 8601"):
        to_event({"kind": "sentinel.audit"})


def test_an_event_is_json() -> None:
    assert orjson.loads(orjson.dumps(event_of(user="é\u2028"))) == event_of(user="é\u2028")
