"""The callers of the local account: users, a CI job, and an operator who may also push documents."""

import configparser
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from deploy.local.aws import Keys, LocalAws
from deploy.local.deployment import CI_ROLE, SSO_ROLE
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
    aws: LocalAws, iam: Any, name: str, role: str, session_name: str, may_call: Policy
) -> LocalCaller:
    async with aws.client("sts") as sts:
        stack = (await sts.get_caller_identity())["Arn"]
    path = _SSO_PATH if role == SSO_ROLE else "/"
    arn = await create_role(iam, role, lambda_trust(stack), may_call, path=path, maximum_s=_DAY_S)
    user = session_name if role == SSO_ROLE else f"role/{role}"
    return LocalCaller(name, user, await aws.assume(arn, session_name, _DAY_S))


def write_aws_files(folder: Path, callers: Sequence[LocalCaller], aws: LocalAws) -> Mapping[str, str]:
    """Write one AWS profile per caller, each pointing at the emulator, into a config and a credentials file.

    Returns the variables that name the files, whose mode is 0600.
    """
    config, credentials = configparser.RawConfigParser(), configparser.RawConfigParser()
    for caller in callers:
        config[f"profile {caller.name}"] = {"region": aws.region, "endpoint_url": aws.endpoint}
        keys = {name: value for name, value in caller.keys.client_arguments.items() if value is not None}
        credentials[caller.name] = keys
    files = {"AWS_CONFIG_FILE": folder / "aws-config", "AWS_SHARED_CREDENTIALS_FILE": folder / "aws-credentials"}
    for path, content in zip(files.values(), (config, credentials), strict=True):
        path.touch(0o600)
        with path.open("w", encoding="utf-8") as file:
            content.write(file)
    return {name: str(path) for name, path in files.items()}
