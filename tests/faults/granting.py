"""The stories of approvals and break-glass."""

import json
from collections.abc import Callable
from typing import Any, Final

from tests.faults.proxy import Target
from tests.faults.stories import Role, Step, Story, documents, table
from tests.faults.world import World
from tests.gateway_events import ACCOUNT, http_api_event

_JSON: Final = {"content-type": "application/json"}
_BUDGET: Final = table("budget", "UpdateItem", Role.FACT, "admin#")
_LOCKOUTS: Final = table("lockouts", "BatchGetItem", Role.FACT)
_ROW: Final = table("row", "PutItem", Role.RECORD)
_FILED: Final = table("request and its place", "TransactWriteItems", Role.RECORD)
TOPIC: Final = Step("topic", "sns", Target("Publish"), Role.NOTICE)
WEBHOOKS: Final = Step("webhooks", "ssm", Target("GetParametersByPath"), Role.NOTICE, not_notified="webhooks")
_PENDING: Final = ("approval pending",)
_LEDGERS: Final = ("ledger", "ledger")
_FINDING: Final = (
    documents(),
    _BUDGET,
    table("where the row is", "Query", Role.FACT),
    table("the row as it is", "GetItem", Role.FACT),
)


def says(path: str, body: object = None, by: str = "alice", method: str = "POST", query: str = "") -> dict[str, Any]:
    """Make the event of an admin call by a user of this name."""
    text = None if body is None else json.dumps(body)
    arn = f"arn:aws:iam::{ACCOUNT}:user/people/{by}"
    return http_api_event(method, path, query, arn=arn, body=text, headers=_JSON)


def _files(_: World) -> Callable[[], object]:
    return lambda: says("/v1/requests", {"profile": "prod", "reason": "fix INC-1"})


def _breaks_glass(_: World) -> Callable[[], object]:
    body = {"profile": "emergency", "reason": "incident", "justification": "the payment service is down"}
    return lambda: says("/v1/break-glass", body)


def _on_request(verb: str, by: str) -> Callable[[World], Callable[[], object]]:
    def begin(world: World) -> Callable[[], object]:
        request = world.call("admin", _files(world)()).body["request"]["id"]
        return lambda: says(f"/v1/requests/{request}{verb}", by=by, method="POST" if verb else "GET")

    return begin


def _on_event(verb: str, by: str, *first: str) -> Callable[[World], Callable[[], object]]:
    def begin(world: World) -> Callable[[], object]:
        event = world.call("admin", _breaks_glass(world)()).body["event"]["id"]
        for each in first:
            assert world.call("admin", says(f"/v1/break-glass/{event}/{each}")).status == 200
        return lambda: says(f"/v1/break-glass/{event}/{verb}", by=by)

    return begin


def _decides(verb: str, by: str, after: str, steps: tuple[Step, ...], again: int = 200) -> Story:
    return Story(
        f"POST requests/ID/{verb}",
        "admin",
        steps,
        _on_request(f"/{verb}", by),
        before=_PENDING,
        after=(f"approval {after}",),
        again=again,
        tells=True,
    )


GRANTING: Final = (
    Story(
        "POST requests",
        "admin",
        (documents(), _BUDGET, _LOCKOUTS, table("standing", "Query", Role.FACT), _FILED, TOPIC, WEBHOOKS),
        _files,
        after=_PENDING,
        ok=201,
        again=409,
        tells=True,
    ),
    _decides("approve", "bob", "approved", (*_FINDING, _LOCKOUTS, _ROW, TOPIC)),
    _decides("deny", "bob", "denied", (_ROW,)),
    _decides("cancel", "alice", "cancelled", (_ROW,)),
    Story("GET requests/ID", "admin", _FINDING[2:], _on_request("", "alice"), before=_PENDING, after=_PENDING),
    Story(
        "GET requests",
        "admin",
        (documents(), table("list", "Query", Role.FACT)),
        lambda _: lambda: says("/v1/requests", method="GET"),
    ),
    Story(
        "POST break-glass",
        "admin",
        (
            documents(),
            _BUDGET,
            table("standing", "Query", Role.FACT, "serves_until"),
            table("earlier events", "Query", Role.FACT, "begins_with"),
            table("ledgers", "BatchGetItem", Role.FACT, "ledger"),
            table("event and ledgers", "TransactWriteItems", Role.RECORD),
            TOPIC,
        ),
        _breaks_glass,
        after=("break-glass active", *_LEDGERS),
        ok=201,
        again=409,
        tells=True,
    ),
    Story(
        "POST break-glass/ID/close",
        "admin",
        (_ROW, TOPIC),
        _on_event("close", "alice"),
        before=("break-glass active", *_LEDGERS),
        after=("break-glass closed", *_LEDGERS),
        tells=True,
    ),
    Story(
        "POST break-glass/ID/review",
        "admin",
        (_ROW, TOPIC),
        _on_event("review", "sam", "close"),
        before=("break-glass closed", *_LEDGERS),
        after=("break-glass reviewed", *_LEDGERS),
        tells=True,
    ),
    Story(
        "POST explain",
        "admin",
        (documents(), _LOCKOUTS, table("standing", "Query", Role.FACT)),
        lambda _: lambda: says("/v1/explain", {"profile": "dev"}),
    ),
)
