"""The kill switch: the boundary policy of every protected role, and whether it denies what was revoked."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import unquote

from sentinel.api.sessions import ROOM_TO_WARN
from sentinel.api.sessions_client import SessionApi
from sentinel.doctor.aws import Aws
from sentinel.doctor.deployment import Known
from sentinel.doctor.findings import Finding, fail, ok, skipped, unless, warn
from sentinel.doctor.trust import required_values, statements_of, texts
from sentinel.errors import ClientError, Refusal
from shared.core.arn import parse_arn
from shared.core.kill_switch import MAX_LENGTH
from shared.core.switch_guards import Guarded, owner_of, switch_name

_SYNC: Final = "sentinel kill-switch sync"
_PATH: Final = re.compile(r"arn:\*:iam::\*:role(/(?:[A-Za-z0-9_.-]+/)+)\*")


async def check_policy(aws: Aws, known: Known) -> list[Finding]:
    """Examine the policy of the account the credentials are of."""
    about = f"kill switch of {known.account}"
    arn = known.kill_switch_in(known.account)
    name = switch_name(known.deployment)
    found = await aws.find("iam", "get_policy", PolicyArn=arn)
    if found is None:
        return [fail(about, f"there is no policy {name}", "deploy it: live sessions cannot be ended without it")]
    version = found["Policy"]["DefaultVersionId"]
    answer = await aws.find("iam", "get_policy_version", PolicyArn=arn, VersionId=version)
    if answer is None:
        return [skipped(about, f"version {version} was replaced while it was read", "run this again")]
    problems = list(_read(about, answer["PolicyVersion"]["Document"], known))
    said = f"{name} {version} allows protected roles all, defends itself and denies what was revoked"
    return unless(problems, about, said)


def _read(about: str, document: Any, known: Known) -> Iterator[Finding]:
    value = _parse(document)
    statements = [_unmarked(each) for each in statements_of(value)]
    allow, *defences = map(_unmarked, _guarded(known, statements).statements())
    # Without the allowing statement the boundary takes everything away; with another one it takes nothing.
    if [each for each in statements if each.get("Effect") == "Allow"] != [allow]:
        yield fail(
            about, "it is not what Sentinel writes: one statement must allow protected roles, and only them, all", _SYNC
        )
        return
    if missing := [each for each in defences if each not in statements]:
        yield fail(about, f"it does not defend itself: {len(missing)} of its constant statements are not there", _SYNC)
    if owner_of(value) not in (None, _owner(known)):
        yield fail(about, f"it is another deployment's: {owner_of(value)}", "give each deployment its own `name`")
    if any(each.get("Effect") == "Deny" and "Condition" not in each and each not in defences for each in statements):
        yield fail(about, "a statement denies everything to everyone", _SYNC)
    size = len(json.dumps(value, separators=(",", ":")))
    if size > MAX_LENGTH * 0.9:
        yield warn(
            about, f"it has {size} of {MAX_LENGTH} characters", "expect whole users to be ended; see docs/revocation.md"
        )


def _guarded(known: Known, statements: Sequence[Mapping[str, Any]]) -> Guarded:
    """Say what it has to keep. The protected path and the leave to make lasting keys are what it says itself."""
    allowed = [path for each in statements for path in map(_PATH.fullmatch, required_values(each, "aws:PrincipalArn"))]
    return Guarded(
        account=parse_arn(known.vend_role_arn).account,
        partition=known.partition,
        deployment=known.deployment,
        parameter_prefix=known.parameter_prefix,
        protected_path=next((found[1] for found in allowed if found), "/sentinel/protected/"),
        lasting_keys=not any("iam:CreateUser" in texts(each.get("Action")) for each in statements),
    )


def _owner(known: Known) -> str | None:
    return Guarded(account=parse_arn(known.vend_role_arn).account, deployment=known.deployment).owner


def _unmarked(statement: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: value for key, value in statement.items() if key != "Sid"}


def _parse(document: Any) -> Any:
    """Read the document; botocore decodes it, unless it is not JSON."""
    if not isinstance(document, str):
        return document
    try:
        return json.loads(unquote(document))
    except ValueError:
        return None


async def check_state(api: SessionApi) -> list[Finding]:
    """Ask Sentinel whether the policy denies what was revoked, in every account."""
    about = "kill switch"
    try:
        answer = await api.kill_switch()
    except ClientError as error:
        return [skipped(about, error.message, error.hint or "try again")]
    if isinstance(answer, Refusal):
        remedy = "the permission `read` of the admin policy, or another login: --aws-profile"
        return [skipped(about, f"Sentinel refuses to show it: {answer.message} [{answer.code}]", remedy)]
    switch = answer.kill_switch
    if switch.status == "off":
        return [
            warn(about, "it is not set up: vended credentials live to their end", "set SENTINEL_KILL_SWITCH_POLICIES")
        ]
    behind = [each.account for each in switch.accounts if each.status in ("behind", "failed")]
    if behind or switch.status in ("behind", "failed", "partial"):
        return [fail(about, f"it does not deny what was revoked in {', '.join(behind) or 'some account'}", _SYNC)]
    if switch.room < ROOM_TO_WARN:
        remedy = "expect whole users to be ended; see docs/revocation.md"
        return [warn(about, f"{switch.room} % of its room is left", remedy)]
    where = ", ".join(each.account for each in switch.accounts)
    return [ok(about, f"it denies what was revoked ({switch.revocations} live) in {where}")]
