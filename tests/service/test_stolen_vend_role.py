"""What rows come to that hold only what the vend role may write (deploy/policies/execution.py, ConsumeGrants)."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from shared.aws.clients import Clients
from shared.aws.dynamodb.approvals import ApprovalTable, read_request, request_item
from shared.aws.dynamodb.grant_store import Moved
from shared.aws.dynamodb.grants import GrantTable
from shared.aws.dynamodb.items import Item, instant_value, text_value
from shared.aws.dynamodb.schema import CONSUMING_ATTRIBUTES
from shared.aws.dynamodb.sessions import Recording, SessionTable
from shared.aws.errors import AwsError, UnreadableError
from shared.core.grants import RequestStatus
from shared.core.people import Person
from tests.grants import a_request, a_session
from tests.service.emulator import table_name
from tests.service.rows import HOUR, NOW, a_grant, grant_row, lockout_row, plant

FOREVER = instant_value(NOW + timedelta(days=365))
WRITABLE = set(CONSUMING_ATTRIBUTES) - {"subject", "item"}


async def steal(clients: Clients, row: Item, removing: str = "consumed_by", **values: Mapping[str, str]) -> None:
    """Write as a thief would: any value into any attribute the role reaches, or none at all."""
    assert {*values, removing} <= WRITABLE
    await clients.dynamodb.update_item(
        TableName=table_name("grant"),
        Key={"subject": row["subject"], "item": row["item"]},
        UpdateExpression=f"SET {', '.join(f'{name} = :{name}' for name in values)} REMOVE {removing}",
        ExpressionAttributeValues={f":{name}": value for name, value in values.items()},
    )


async def serving(clients: Clients, profile: str = "prod") -> object:
    return await GrantTable(clients.dynamodb, table_name("grant")).load(Person("alice"), profile, NOW)


async def test_a_row_made_of_these_attributes_alone_is_never_a_grant(clients: Clients) -> None:
    made_up = {"subject": text_value("user#alice"), "item": text_value("approval#prod#0123456789abcdef")}
    await steal(clients, made_up, serves_until=FOREVER, open_kind=text_value("approval"))
    with pytest.raises(UnreadableError, match="status"):
        await serving(clients)


@pytest.mark.parametrize("status", sorted(set(RequestStatus) - {RequestStatus.APPROVED}))
async def test_what_is_no_approval_any_more_or_not_yet_does_not_serve_again(clients: Clients, status: str) -> None:
    row = grant_row(a_grant(), status=text_value(status))
    del row["serves_until"]
    await plant(clients, row)
    await steal(clients, row, serves_until=FOREVER, open_kind=text_value("approval"))
    with pytest.raises(UnreadableError, match="status"):
        await serving(clients)


async def test_an_approval_ends_when_the_admin_lambda_said(clients: Clients) -> None:
    grant = a_grant(ends_at=NOW)
    await plant(clients, grant_row(grant))
    await steal(clients, grant_row(grant), serves_until=FOREVER)
    standing = await GrantTable(clients.dynamodb, table_name("grant")).load(Person("alice"), "prod", NOW)
    assert [each.remaining(NOW) for each in standing.grants] == [timedelta(0)]


async def test_a_lockout_is_not_lifted(clients: Clients) -> None:
    await plant(clients, lockout_row("user#alice"))
    await steal(clients, lockout_row("user#alice"), consumed_at=FOREVER)
    standing = await GrantTable(clients.dynamodb, table_name("grant")).load(Person("alice"), "prod", NOW)
    assert standing.is_locked_out


async def test_a_lockout_that_looks_like_a_grant_decides_nothing(clients: Clients) -> None:
    await plant(clients, lockout_row("user#alice"))
    await steal(clients, lockout_row("user#alice"), serves_until=FOREVER)
    with pytest.raises(AwsError):
        await serving(clients)


async def test_a_row_that_serves_and_is_consumed_decides_nothing(clients: Clients) -> None:
    await plant(clients, grant_row(a_grant()))
    await steal(clients, grant_row(a_grant()), removing="open_kind", consumed_by=text_value("0123456789abcdef"))
    with pytest.raises(UnreadableError, match="consumed_by"):
        await serving(clients)


async def test_what_was_approved_and_consumed_is_not_ended_by_who_read_it_before(clients: Clients) -> None:
    """The status alone does not tell the two apart, so the write of the admin Lambda asks for both."""
    table = ApprovalTable(clients.dynamodb, table_name("grant"))
    approved = a_request(status=RequestStatus.APPROVED, starts_at=NOW - HOUR, ends_at=NOW + HOUR)
    await plant(clients, request_item(approved))
    sessions = SessionTable(clients.dynamodb, table_name("session"), table_name("grant"))
    row = a_session(user=approved.user, profile=approved.profile)
    grant = a_grant(grant_id=approved.request_id, profile=approved.profile)
    assert await sessions.record_session_consuming(row, grant) is Recording.RECORDED

    withdrawn = a_request(status=RequestStatus.WITHDRAWN, starts_at=NOW - HOUR, ends_at=NOW + HOUR)
    moved = await table.change(approved, withdrawn)

    assert isinstance(moved, Moved)
    assert moved.current.status is RequestStatus.CONSUMED


def test_a_row_consumed_by_the_version_before_is_read_as_consumed() -> None:
    """That version wrote the status too."""
    request = a_request(status=RequestStatus.CONSUMED, starts_at=NOW - HOUR, ends_at=NOW + HOUR)
    assert read_request(request_item(request)).status is RequestStatus.CONSUMED


async def test_counters_the_version_before_left_in_the_grant_table_do_no_harm(clients: Clients) -> None:
    """They lie in partitions of their own until they expire: no vend, list or lookup meets them."""
    counters = [
        {
            "subject": text_value("budget#alice"),
            "item": text_value(f"budget#{name}#{int(NOW.timestamp())}"),
            "n": {"N": "60"},
            "expires_at": instant_value(NOW + HOUR),
        }
        for name in ("vend", "admin")
    ]
    await plant(clients, *counters, grant_row(a_grant()))
    standing = await GrantTable(clients.dynamodb, table_name("grant")).load(Person("alice"), "prod", NOW)
    assert (standing.grants, standing.lockouts) == ((a_grant(),), ())
