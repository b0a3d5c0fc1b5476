"""Real SDKs, not ours, under `sentinel exec`: the first credential, and the next one while they run."""

import asyncio
import re
from datetime import timedelta

import pytest

from deploy.local.deployment import demo_table
from deploy.local.stack import LocalStack
from tests.e2e.sdks.approvals import approval, brief_for
from tests.e2e.sdks.conftest import NOTE
from tests.e2e.sdks.installed import Command
from tests.e2e.sdks.person import Person

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_an_sdk_calls_aws_as_the_stamped_session(alice: Person, command: Command) -> None:
    async with alice.converse("dev", command(demo_table("dev"))) as sdk:
        arn, note = await sdk.ask()
    assert re.fullmatch(r"arn:aws:sts::111122223333:assumed-role/dev/sentinel-d-[0-9a-z]{16}-alice", arn)
    assert note == NOTE


async def test_an_sdk_goes_on_with_a_new_session_when_its_first_one_ends(
    stack: LocalStack, alice: Person, command: Command
) -> None:
    brief = await brief_for(alice)
    async with (
        approval(stack, "alice", "brief", brief),
        alice.converse("staging", command(demo_table("staging"))) as sdk,
    ):
        first, _ = await sdk.ask()
        async with approval(stack, "alice", "longer", timedelta(hours=1)):
            latest, note = first, NOTE
            while latest == first:
                await asyncio.sleep(0.2)
                latest, note = await sdk.ask()
                assert note == NOTE
    stamps = [arn.rpartition("/")[2] for arn in (first, latest)]
    assert all(re.fullmatch(r"sentinel-a-[0-9a-z]{16}-alice", stamp) for stamp in stamps), stamps
