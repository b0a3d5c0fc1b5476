"""The app, synthesized with the real packages and deployed by CloudFormation on an emulator that runs functions."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from deploy.local.aws import Keys, LocalAws, new_access_key
from deploy.local.deployment import ACCOUNT, REGION
from deploy.local.emulator.server import Emulator
from deploy.local.identity.logins import CLIENT_ID
from deploy.local.identity.provider import IdentityProvider
from deploy.policies.caller import caller_policy
from tests.cdk.template import Template, example_deployment
from tests.e2e.host_packages import host_packages, host_target
from tests.e2e.local.requests import Answer, call
from tests.e2e.trusted_authorities import trusting
from tests.once import made_once
from tests.patience import LIMIT_S

PROJECT = Path(__file__).parents[3]
STACK = "Sentinel"
ASSETS = f"cdk-hnb659fds-assets-{ACCOUNT}-{REGION}"
BOOTSTRAP = "/cdk-bootstrap/hnb659fds/version"
# The template is synthesized once; where the issuer is, is known when it is deployed.
ISSUER = "https://issuer.example/pods"
PODS = {
    "issuer": ISSUER,
    "audiences": [CLIENT_ID],
    "kind": "workload",
    "required_claims": {"sub": ["system:serviceaccount:shop:*"]},
}
AUTHORIZER = {"api_ids": ["a1b2c3d4e5"], "accepted_profiles": ["prod"]}


def synthesized(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the app as the CDK's command line does, once for all tests."""
    packages = {name: str(file) for name, file in host_packages(tmp_path_factory).items()}
    context = {
        "sentinel": {
            "packages": packages,
            "architecture": host_target().arch,
            "documents": "deploy/local/documents",
            "authorizers": {"ledger": AUTHORIZER},
            "issuers": {"pods": PODS},
            "rest_api": {"type": "REGIONAL", "source_ips": ["198.51.100.0/24"]},
        },
        "protected_roles": {"dev": {}},
    }

    def synthesize(folder: Path) -> None:
        options = {"CDK_OUTDIR": str(folder), "CDK_CONTEXT_JSON": json.dumps(context), "PYTHONPATH": ".:client"}
        command = [sys.executable, "-m", "deploy.cdk.app"]
        subprocess.run(command, cwd=PROJECT, env=os.environ | options, check=True, timeout=LIMIT_S)

    return made_once(tmp_path_factory, "cdk-app", synthesize)


@dataclass(frozen=True, slots=True)
class Deployment:
    """A stack that was created, the account it is in, and the template it was created from."""

    aws: LocalAws
    identity: IdentityProvider
    template: Template
    outputs: dict[str, str]

    @property
    def url(self) -> str:
        # The emulator's names below execute-api.localhost do not resolve everywhere; this is the same API by its path.
        return f"{self.aws.endpoint}/_aws/execute-api/{self.outputs['HttpApiId']}/$default"

    async def call(self, path: str, keys: Keys | None) -> Answer:
        return await call(f"{self.url}{path}", keys)

    async def hire(self, name: str) -> Keys:
        """Create an IAM user who may call the API, and nothing else."""
        document = json.dumps(caller_policy(example_deployment(), self.outputs["HttpApiId"]))
        async with self.aws.client("iam") as iam:
            await iam.create_user(UserName=name)
            await iam.put_user_policy(UserName=name, PolicyName="call-sentinel", PolicyDocument=document)
            key = (await iam.create_access_key(UserName=name))["AccessKey"]
        return Keys(key["AccessKeyId"], key["SecretAccessKey"])

    async def delete(self) -> str:
        """Delete the stack; gives its last status."""
        async with self.aws.client("cloudformation") as cloudformation:
            found = await cloudformation.describe_stacks(StackName=STACK)
            await cloudformation.delete_stack(StackName=STACK)
            # A deleted stack is known by its id only.
            ended = await _ended(cloudformation, found["Stacks"][0]["StackId"])
        return str(ended["StackStatus"])


@asynccontextmanager
async def emulated(work: Path) -> AsyncIterator[tuple[LocalAws, IdentityProvider]]:
    """Run an empty account, bootstrapped as `cdk bootstrap` would as far as the template asks, and an issuer."""
    identity = await IdentityProvider(work, ["pods"], {}).open()
    emulator = Emulator(work, ACCOUNT, REGION, new_access_key(), authorities=trusting(identity, work))
    try:
        await emulator.start()
        aws = LocalAws(emulator.endpoint, REGION, emulator.admin)
        async with aws.client("s3") as s3, aws.client("ssm") as ssm:
            await s3.create_bucket(Bucket=ASSETS, CreateBucketConfiguration={"LocationConstraint": REGION})
            await ssm.put_parameter(Name=BOOTSTRAP, Value="30", Type="String")
        yield aws, identity
    finally:
        await emulator.close()
        await identity.close()


async def deploy(aws: LocalAws, identity: IdentityProvider, out: Path) -> Deployment:
    """Publish the assets and create the stack from them, as `cdk deploy` does; its issuer is at the provider."""
    template_key = await _publish(aws, out, identity.issuer("pods"))
    async with aws.client("cloudformation") as cloudformation:
        await cloudformation.create_stack(
            StackName=STACK,
            TemplateURL=f"https://s3.{REGION}.amazonaws.com/{ASSETS}/{template_key}",
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        created = await _ended(cloudformation, STACK)
        assert created["StackStatus"] == "CREATE_COMPLETE", await _failures(cloudformation)
    outputs = {output["OutputKey"]: output["OutputValue"] for output in created["Outputs"]}
    return Deployment(aws, identity, Template.read(out / f"{STACK}.template.json"), outputs)


async def _publish(aws: LocalAws, out: Path, issuer: str) -> str:
    manifest = json.loads((out / f"{STACK}.assets.json").read_text(encoding="utf-8"))
    template_key = ""
    async with aws.client("s3") as s3:
        for file in manifest["files"].values():
            (destination,) = file["destinations"].values()
            path, key = file["source"]["path"], destination["objectKey"]
            content = (out / path).read_bytes()
            if path == f"{STACK}.template.json":
                template_key, content = key, content.replace(ISSUER.encode(), issuer.encode())
            await s3.put_object(Bucket=ASSETS, Key=key, Body=content)
    return template_key


async def _ended(cloudformation: Any, stack: str) -> dict[str, Any]:
    async with asyncio.timeout(LIMIT_S):
        while True:
            (found,) = (await cloudformation.describe_stacks(StackName=stack))["Stacks"]
            if not found["StackStatus"].endswith("_IN_PROGRESS"):
                return dict(found)
            await asyncio.sleep(0.05)


async def _failures(cloudformation: Any) -> list[str]:
    try:
        events = (await cloudformation.describe_stack_events(StackName=STACK))["StackEvents"]
    except ClientError as error:
        return [str(error)]
    return [
        f"{each['LogicalResourceId']}: {each.get('ResourceStatusReason')}"
        for each in events
        if each["ResourceStatus"].endswith("FAILED")
    ]
