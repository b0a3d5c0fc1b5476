"""The kill switch: the policy that is every protected role's boundary, and whether it says what was revoked."""

import json
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import unquote

from sentinel.doctor.aws import Aws
from sentinel.doctor.deployment import Known
from sentinel.doctor.findings import Finding, fail, ok, skipped, unless, warn
from sentinel.errors import ClientError
from sentinel.refusal import Refusal
from sentinel.session_api import SessionApi
from shared.core.kill_switch import MAX_LENGTH, POLICY_NAME
from shared.core.trust import statements_of

_SYNC: Final = "sentinel kill-switch sync"


async def check_policy(aws: Aws, known: Known) -> list[Finding]:
    """Examine the policy of the account the credentials are of."""
    about = f"kill switch of {known.account}"
    arn = f"arn:{known.partition}:iam::{known.account}:policy/{POLICY_NAME}"
    found = await aws.find("iam", "get_policy", PolicyArn=arn)
    if found is None:
        return [fail(about, f"there is no policy {POLICY_NAME}", "deploy it: live sessions cannot be ended without it")]
    version = found["Policy"]["DefaultVersionId"]
    answer = await aws.find("iam", "get_policy_version", PolicyArn=arn, VersionId=version)
    if answer is None:
        return [skipped(about, f"version {version} was replaced while it was read", "run this again")]
    problems = list(_read(about, answer["PolicyVersion"]["Document"]))
    return unless(problems, about, f"{POLICY_NAME} {version} allows all and denies what was revoked")


def _read(about: str, document: Any) -> Iterator[Finding]:
    value = _parse(document)
    statements = statements_of(value)
    allows = [each for each in statements if each.get("Effect") == "Allow"]
    # Without the allowing statement the boundary takes everything away; with another one it takes nothing.
    if [(each.get("Action"), each.get("Resource"), each.get("Condition")) for each in allows] != [("*", "*", None)]:
        yield fail(about, "it is not what Sentinel writes: one statement must allow everything", _SYNC)
    if any(each.get("Effect") != "Allow" and "Condition" not in each for each in statements):
        yield fail(about, "a statement denies everything to everyone", _SYNC)
    size = len(json.dumps(value, separators=(",", ":")))
    if size > MAX_LENGTH * 0.9:
        yield warn(
            about, f"it has {size} of {MAX_LENGTH} characters", "expect whole users to be ended; see docs/revocation.md"
        )


def _parse(document: Any) -> Any:
    """Read the document; botocore decodes it, unless it is not JSON."""
    if not isinstance(document, str):
        return document
    try:
        return json.loads(unquote(document))
    except ValueError:
        return None


async def check_state(api: SessionApi) -> list[Finding]:
    """Ask Sentinel whether the policy says what was revoked, in every account."""
    about = "kill switch"
    try:
        answer = await api.kill_switch()
    except ClientError as error:
        return [skipped(about, error.message, error.hint or "try again")]
    if isinstance(answer, Refusal):
        remedy = "the permission `read` of the admin policy, or another login: --aws-profile"
        return [skipped(about, f"Sentinel does not tell you: {answer.message} [{answer.code}]", remedy)]
    switch = answer.kill_switch
    if switch.status == "off":
        return [
            warn(about, "it is not set up: vended credentials live to their end", "set SENTINEL_KILL_SWITCH_POLICIES")
        ]
    behind = [each.account for each in switch.accounts if each.status in ("behind", "failed")]
    if behind or switch.status in ("behind", "failed", "partial"):
        return [fail(about, f"it does not say what was revoked in {', '.join(behind) or 'some account'}", _SYNC)]
    where = ", ".join(each.account for each in switch.accounts)
    return [ok(about, f"it says what was revoked ({switch.revocations} live) in {where}")]
