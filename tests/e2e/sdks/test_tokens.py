"""SDKs in a pod that has a token and two variables: the first credential, the next one, and what a refusal says."""

import asyncio
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from deploy.local.deployment import REGION, demo_table
from deploy.local.issuers import POD, pod_token
from deploy.local.stack import LocalStack
from tests.e2e.sdks.approvals import approval
from tests.e2e.sdks.conftest import NOTE
from tests.e2e.sdks.installed import Command
from tests.e2e.sdks.person import Person, person

pytestmark = pytest.mark.asyncio(loop_scope="session")
USER = f"pods/{POD}"
# Every SDK asks for the next session as soon as less than five minutes are left, so none has to be waited for.
EXPIRING = timedelta(minutes=4)


@pytest.fixture
def token_file(stack: LocalStack, tmp_path: Path) -> Path:
    """The pod's token, where a test can replace it as a cluster does."""
    file = tmp_path / "token"
    file.write_text(pod_token(stack.identity), encoding="utf-8")
    return file


def pod(stack: LocalStack, home: Path, profile: str, token_file: Path) -> Person:
    """A pod: two variables and a region, nothing of Sentinel, and in place of AWS the emulator."""
    environ = {
        **person(stack, "pod", home).environ,
        **stack.pod_environment(profile),
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(token_file),
        "AWS_ENDPOINT_URL": stack.emulator.endpoint,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    # The files of AWS profiles and the variables of `sentinel` are not there.
    hidden = ("AWS_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CA_BUNDLE")
    kept = {name: value for name, value in environ.items() if name not in hidden and not name.startswith("SENTINEL_")}
    return Person(home, kept)


def digests(stack: LocalStack, profile: str) -> list[str]:
    """List the digests of the tokens that the pod's credentials for a profile were vended for, in order."""
    lines = (json.loads(line) for line in stack.log_file.read_text().splitlines() if line.startswith("{"))
    return [
        line["token_digest"]
        for line in lines
        if (line.get("user"), line.get("profile"), line.get("outcome")) == (USER, profile, "issued")
    ]


async def test_an_sdk_fetches_by_itself(stack: LocalStack, token_file: Path, tmp_path: Path, command: Command) -> None:
    async with pod(stack, tmp_path, "dev", token_file).runs(command(demo_table("dev"))) as sdk:
        arn, note = await sdk.ask()
    assert re.fullmatch(r"arn:aws:sts::111122223333:assumed-role/dev/sentinel-d-[0-9a-z]{16}-pods=.+", arn)
    assert note == NOTE


async def test_an_sdk_reads_the_token_again_for_the_next_session(
    stack: LocalStack, token_file: Path, tmp_path: Path, command: Command
) -> None:
    before = len(digests(stack, "staging"))
    async with (
        approval(stack, USER, "brief", EXPIRING),
        pod(stack, tmp_path, "staging", token_file).runs(command(demo_table("staging"))) as sdk,
    ):
        first, _ = await sdk.ask()
        replacement = token_file.with_suffix(".new")
        replacement.write_text(pod_token(stack.identity), encoding="utf-8")
        replacement.replace(token_file)
        async with approval(stack, USER, "longer", timedelta(hours=1)):
            latest, note, used = first, NOTE, digests(stack, "staging")[before:]
            # An SDK that renews ahead of need may do so once more with the token it had.
            while latest == first or used[-1] == used[0]:
                await asyncio.sleep(0.2)
                latest, note = await sdk.ask()
                used = digests(stack, "staging")[before:]
    assert note == NOTE


@pytest.mark.parametrize(
    ("command", "more"),
    [("boto3", ()), ("aiobotocore", ()), ("aws-cli", ()), ("javascript", ("http",))],
    indirect=["command"],
)
async def test_an_sdk_shows_why_it_is_refused(
    stack: LocalStack, token_file: Path, tmp_path: Path, command: Command, more: tuple[str, ...]
) -> None:
    """Sentinel's own reason, and for a token that API Gateway refuses that it was not accepted."""
    said = await _complaint(pod(stack, tmp_path, "prod", token_file), (*command(demo_table("prod")), *more))
    assert "Production is reached by breaking glass only" in said
    token_file.write_text(stack.identity.token("pods", {"sub": POD, "aud": "another"}), encoding="utf-8")
    said = await _complaint(pod(stack, tmp_path, "dev", token_file), (*command(demo_table("dev")), *more))
    assert "401" in said
    assert token_file.read_text(encoding="utf-8") not in said


@pytest.mark.parametrize("command", ["javascript"], indirect=True)
async def test_the_default_chain_of_javascript_hides_every_reason(
    stack: LocalStack, token_file: Path, tmp_path: Path, command: Command
) -> None:
    """docs/pipelines.md says so; once it does not, the page has a line too many."""
    said = await _complaint(pod(stack, tmp_path, "prod", token_file), command(demo_table("prod")))
    assert "Could not load credentials from any providers" in said
    assert "breaking glass" not in said


async def _complaint(caller: Person, command: tuple[str, ...]) -> str:
    async with caller.runs(command) as sdk:
        return await sdk.complains()
