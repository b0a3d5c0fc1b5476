"""The callers of the local account: users, a CI job, and an operator who may also push documents."""

import configparser
import io
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from deploy.local.aws import LocalAws
from deploy.local.deployment import CI_ROLE, SSO_ROLE
from deploy.local.keys import Keys
from deploy.local.seed import create_role
from deploy.policies.caller import caller_policy, doctor_policy, operator_policy
from deploy.policies.deployment import Deployment, Policy
from deploy.policies.execution import lambda_trust

_USERS: Final = ("alice", "bob", "operator")
_SSO_PATH: Final = "/aws-reserved/sso.amazonaws.com/eu-central-1/"
# Twelve hours, the most that AssumeRole gives a caller that is not itself a role session.
_DAY_S: Final = 43_200


@dataclass(frozen=True, slots=True)
class LocalCaller:
    """A caller: the name of their AWS profile, the user name Sentinel derives for them, and their keys."""

    name: str
    user: str
    keys: Keys


async def create_callers(aws: LocalAws, deployment: Deployment, api_ids: Sequence[str]) -> list[LocalCaller]:
    """Create alice, bob and the operator as IAM users, carol as an Identity Center session, ci as a pipeline's role."""
    may_call = caller_policy(deployment, *api_ids, function_url=deployment.vend_role)
    async with aws.client("iam") as iam:
        callers = [await _create_user(iam, name, may_call) for name in _USERS]
        await _allow(iam, "operator", "documents", operator_policy(deployment))
        await _allow(iam, "operator", "doctor", doctor_policy(deployment))
        callers.append(await _create_session(aws, iam, "carol", SSO_ROLE, "carol@example.com", may_call))
        callers.append(await _create_session(aws, iam, "ci", CI_ROLE, "build-42", may_call))
    return callers


async def _create_user(iam: Any, name: str, may_call: Policy) -> LocalCaller:
    await iam.create_user(UserName=name)
    await _allow(iam, name, "call-sentinel", may_call)
    key = (await iam.create_access_key(UserName=name))["AccessKey"]
    return LocalCaller(name, name, Keys(key["AccessKeyId"], key["SecretAccessKey"]))


async def _allow(iam: Any, user: str, name: str, document: Policy) -> None:
    await iam.put_user_policy(UserName=user, PolicyName=name, PolicyDocument=json.dumps(document))


async def _create_session(
    aws: LocalAws,
    iam: Any,
    name: str,
    role: str,
    session_name: str,
    may_call: Policy,
) -> LocalCaller:
    async with aws.client("sts") as sts:
        stack = (await sts.get_caller_identity())["Arn"]
    path = _SSO_PATH if role == SSO_ROLE else "/"
    arn = await create_role(iam, role, lambda_trust(stack), may_call, path=path, maximum_s=_DAY_S)
    user = session_name if role == SSO_ROLE else f"role/{role}"
    return LocalCaller(name, user, await aws.assume(arn, session_name, _DAY_S))


@dataclass(frozen=True, slots=True)
class AwsFiles:
    """The AWS config and credentials files that the stack writes."""

    config: Path
    credentials: Path


def write_aws_files(folder: Path, callers: Sequence[LocalCaller], aws: LocalAws) -> AwsFiles:
    """Write one AWS profile per caller, each pointing at the emulator; the files have mode 0600."""
    config, credentials = configparser.RawConfigParser(), configparser.RawConfigParser()
    for caller in callers:
        config[f"profile {caller.name}"] = {"region": aws.region, "endpoint_url": aws.endpoint}
        credentials[caller.name] = {
            "aws_access_key_id": caller.keys.access_key_id,
            "aws_secret_access_key": caller.keys.secret_access_key,
        }
        if caller.keys.session_token is not None:
            credentials[caller.name]["aws_session_token"] = caller.keys.session_token
    files = AwsFiles(folder / "aws-config", folder / "aws-credentials")
    _write_private(files.config, config)
    _write_private(files.credentials, credentials)
    return files


def _write_private(path: Path, content: configparser.RawConfigParser) -> None:
    text = io.StringIO()
    content.write(text)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123 - a descriptor has no path
        file.write(text.getvalue())
