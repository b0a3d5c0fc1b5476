"""Approvals as the administrator of the stack's tables writes them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from deploy.local.place import local_place
from deploy.local.stack import LocalStack
from sentinel.clock import utc_now
from shared.core.grants import GrantUses
from tests.service.rows import a_grant, grant_row

# Long enough for `sentinel` to start on a busy machine; the client asks again when a third of it is left.
BRIEF = timedelta(seconds=12)


@asynccontextmanager
async def approval(stack: LocalStack, user: str, grant_id: str, window: timedelta) -> AsyncIterator[None]:
    """Let a user have staging for a window from now, or until the block ends."""
    now = utc_now()
    uses = GrantUses.WINDOW
    grant = a_grant(profile="staging", grant_id=grant_id, starts_at=now, ends_at=now + window, uses=uses)
    row = grant_row(grant, user)
    table = local_place().grant_table
    async with stack.aws.client("dynamodb") as dynamodb:
        await dynamodb.put_item(TableName=table, Item=row)
        try:
            yield
        finally:
            await dynamodb.delete_item(TableName=table, Key={name: row[name] for name in ("subject", "item")})
