"""Rows and grants as the tests plant them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shared.aws.clients import Clients
from shared.aws.dynamodb.grant_rows import person_attributes
from shared.aws.dynamodb.items import Item, flag_value, instant_value, maps_value, text_value
from shared.aws.dynamodb.schema import ItemKind, grant_item
from shared.core.grants import Approver, EventStatus, Grant, GrantUses, RequestStatus
from shared.core.people import Person
from shared.core.stamp import Via
from shared.core.subjects import user_subject
from tests.service.emulator import table_name

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def a_grant(**changes: Any) -> Grant:
    facts: dict[str, Any] = {
        "via": Via.APPROVAL,
        "grant_id": "g1",
        "profile": "prod",
        "starts_at": NOW - HOUR,
        "ends_at": NOW + HOUR,
        "uses": GrantUses.ONCE,
    }
    if changes.get("via", Via.APPROVAL) is Via.APPROVAL:
        facts["approved_by"] = (Approver(Person("bob")),)
    return Grant(**(facts | changes))


def grant_row(grant: Grant, user: str = "alice", **changes: Any) -> Item:
    kind = ItemKind(grant.via.value)
    status = RequestStatus.APPROVED if kind is ItemKind.APPROVAL else EventStatus.ACTIVE
    row: Item = {
        "subject": text_value(user_subject(user)),
        "item": text_value(grant_item(kind, grant.profile, grant.grant_id)),
        "grant_id": text_value(grant.grant_id),
        "profile": text_value(grant.profile),
        "status": text_value(status),
        "starts_at": instant_value(grant.starts_at),
        "ends_at": instant_value(grant.ends_at),
        "serves_until": instant_value(grant.ends_at),
    }
    if kind is ItemKind.APPROVAL:
        votes = [person_attributes(each.person) for each in grant.approved_by]
        row["uses"], row["votes"] = text_value(grant.uses), maps_value(votes)
        row["is_auto_approved"] = flag_value(is_set=grant.is_auto_approved)
    return row | changes


def lockout_row(subject: str, **changes: Any) -> Item:
    row: Item = {"subject": text_value(subject), "item": text_value("lockout##"), "reason": text_value("laptop stolen")}
    return row | changes


async def plant(clients: Clients, *rows: Item) -> None:
    """Put rows into the grant table."""
    for row in rows:
        await clients.dynamodb.put_item(TableName=table_name("grant"), Item=row)


async def grant_status(clients: Clients, grant: Grant, user: str = "alice") -> str:
    row = grant_row(grant, user)
    answer = await clients.dynamodb.get_item(
        TableName=table_name("grant"),
        Key={"subject": row["subject"], "item": row["item"]},
        ConsistentRead=True,
    )
    return "consumed" if "consumed_by" in answer["Item"] else str(answer["Item"]["status"]["S"])
