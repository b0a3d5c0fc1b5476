"""Real SDKs, not ours, under `sentinel exec`: the first credential, and the next one while they run."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from deploy.local.place import demo_table, local_place
from deploy.local.stack import LocalStack
from sentinel.clock import utc_now
from tests.e2e.sdks.conftest import NOTE
from tests.e2e.sdks.installed import Command
from tests.e2e.sdks.person import Person
from tests.service.rows import a_grant, grant_row

pytestmark = pytest.mark.asyncio(loop_scope="session")
# Long enough for `sentinel exec` to start on a busy machine; the client asks again when a third of it is left.
BRIEF = timedelta(seconds=12)


@asynccontextmanager
async def approval(stack: LocalStack, grant_id: str, window: timedelta) -> AsyncIterator[None]:
    """Let alice have staging for a window from now, or until the block ends."""
    now = utc_now()
    grant = a_grant(profile="staging", grant_id=grant_id, starts_at=now, ends_at=now + window, uses="window")
    row = grant_row(grant)
    table = local_place().grant_table
    async with stack.aws.client("dynamodb") as dynamodb:
        await dynamodb.put_item(TableName=table, Item=row)
        try:
            yield
        finally:
            await dynamodb.delete_item(TableName=table, Key={name: row[name] for name in ("subject", "item")})


async def test_an_sdk_calls_aws_as_the_stamped_session(alice: Person, command: Command) -> None:
    async with alice.converse("dev", command(demo_table("dev"))) as sdk:
        arn, note = await sdk.ask()
    assert re.fullmatch(r"arn:aws:sts::111122223333:assumed-role/dev/sentinel-d-[0-9a-z]{16}-alice", arn)
    assert note == NOTE


async def test_an_sdk_goes_on_with_a_new_session_when_its_first_one_ends(
    stack: LocalStack, alice: Person, command: Command
) -> None:
    async with (
        approval(stack, "brief", BRIEF),
        alice.converse("staging", command(demo_table("staging"))) as sdk,
    ):
        first, _ = await sdk.ask()
        async with approval(stack, "longer", timedelta(hours=1)):
            latest, note = first, NOTE
            while latest == first:
                await asyncio.sleep(0.2)
                latest, note = await sdk.ask()
                assert note == NOTE
    stamps = [arn.rpartition("/")[2] for arn in (first, latest)]
    assert all(re.fullmatch(r"sentinel-a-[0-9a-z]{16}-alice", stamp) for stamp in stamps), stamps
