"""A session of the local stack is signed in to the console."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.e2e.client.fake_sign_in import TOKEN, running_sign_in
from tests.e2e.everyday.people import Person

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_session_that_is_signed_in_is_the_profile_s_and_is_listed(
    people: Mapping[str, Person], tmp_path: Path
) -> None:
    alice = people["alice"]
    async with running_sign_in(tmp_path) as aws:
        command = "sentinel console --print --service s3 --region eu-central-1 --duration 30m dev"
        done = await alice.succeeds(command, **aws.environ)
    assert TOKEN in done.out
    [(host, form)] = aws.posts
    assert host == "eu-central-1.signin.aws.amazon.com"
    posted = json.loads(form["Session"][0])
    keys = {
        "AWS_ACCESS_KEY_ID": posted["sessionId"],
        "AWS_SECRET_ACCESS_KEY": posted["sessionKey"],
        "AWS_SESSION_TOKEN": posted["sessionToken"],
    }
    who = await alice.succeeds("unset AWS_PROFILE; aws sts get-caller-identity --query Arn --output text", **keys)
    assert ":assumed-role/dev/" in who.out
    listed = json.loads((await alice.succeeds("sentinel session list --json --profile dev")).out)
    assert [session["status"] for session in listed["sessions"]] == ["active"]
