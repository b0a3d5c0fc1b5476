"""Approvals as the administrator of the stack's tables writes them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from deploy.local.deployment import local_deployment
from deploy.local.stack import LocalStack
from shared.clock import utc_now
from shared.core import people
from shared.core.grants import Approver, GrantUses
from tests.e2e.sdks.person import Person
from tests.service.rows import a_grant, grant_row

# Ten times as long as a command takes to come to its credential; the client asks again when a third of it is left.
_SHORTEST, _TIMES = timedelta(seconds=12), 10


async def brief_for(person: Person) -> timedelta:
    """Give a window that is short, and yet enough for `sentinel` to start on this machine as it is now."""
    began = utc_now()
    done = await person.sentinel("exec", "dev", "--", "true")
    assert done.code == 0, done.err
    return max(_SHORTEST, _TIMES * (utc_now() - began))


@asynccontextmanager
async def approval(stack: LocalStack, user: str, grant_id: str, window: timedelta) -> AsyncIterator[None]:
    """Let a user have staging for a window from now, or until the block ends."""
    now = utc_now()
    uses, colleague = GrantUses.WINDOW, Approver(people.Person("carol@example.com"))
    grant = a_grant(
        profile="staging",
        grant_id=grant_id,
        starts_at=now,
        ends_at=now + window,
        uses=uses,
        approved_by=(colleague,),
    )
    row = grant_row(grant, user)
    table = local_deployment().grant_table
    async with stack.aws.client("dynamodb") as dynamodb:
        await dynamodb.put_item(TableName=table, Item=row)
        try:
            yield
        finally:
            await dynamodb.delete_item(TableName=table, Key={name: row[name] for name in ("subject", "item")})
