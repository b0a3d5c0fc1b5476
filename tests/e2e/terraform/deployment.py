"""The example `complete`, applied: an emulator that runs the functions, the zips it runs, a backend to guard."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from deploy.local.aws import Keys, LocalAws, new_access_key, new_name
from deploy.local.deployment import ACCOUNT, REGION
from deploy.local.emulator.server import Emulator
from deploy.local.identity.provider import IdentityProvider
from deploy.local.issuers import local_issuers
from tests.e2e.host_packages import host_packages, host_target
from tests.e2e.local.requests import Answer, call
from tests.e2e.terraform.provider import running_provider
from tests.e2e.terraform.terraform import Root
from tests.e2e.trusted_authorities import trusting


@dataclass(frozen=True, slots=True)
class Deployment:
    """What was applied, and where."""

    root: Root
    aws: LocalAws
    identity: IdentityProvider
    outputs: dict[str, Any]

    @property
    def sentinel(self) -> dict[str, Any]:
        """The outputs of the module itself."""
        outputs: dict[str, Any] = self.outputs["sentinel"]
        return outputs

    @property
    def ledger(self) -> str:
        return f"{self._api(self.outputs['ledger_api_id'])}/ledger"

    @property
    def url(self) -> str:
        return self._api(self.sentinel["api_ids"][0])

    def _api(self, api_id: str) -> str:
        # The emulator's names below execute-api.localhost do not resolve everywhere; this is the same API by its path.
        return f"{self.aws.endpoint}/_aws/execute-api/{api_id}/$default"

    async def hire(self, name: str | None = None) -> "Person":
        """Create an IAM user who may call Sentinel, by the policy the module gives."""
        name = name or f"dev-{new_name(8)}"
        async with self.aws.client("iam") as iam:
            await iam.create_user(UserName=name)
            may_call = self.sentinel["caller_policies"]["http"]
            await iam.put_user_policy(UserName=name, PolicyName="call-sentinel", PolicyDocument=may_call)
            key = (await iam.create_access_key(UserName=name))["AccessKey"]
        return Person(self, name, Keys(key["AccessKeyId"], key["SecretAccessKey"]))


@dataclass(frozen=True, slots=True)
class Person:
    """A caller who signs each call with a key of their own."""

    deployment: Deployment
    name: str
    keys: Keys

    async def get(self, path: str) -> Answer:
        return await call(f"{self.deployment.url}{path}", self.keys)

    async def post(self, path: str, body: bytes) -> Answer:
        headers = {"content-type": "application/json"}
        return await call(f"{self.deployment.url}{path}", self.keys, method="POST", body=body, headers=headers)


@asynccontextmanager
async def deployed(root: Root, plugins: Path, work: Path, once: pytest.TempPathFactory) -> AsyncIterator[Deployment]:
    """Apply, and destroy at the end in every case."""
    async with AsyncExitStack() as stack:
        identity = await IdentityProvider(work, ["pods"], {}).open()
        stack.push_async_callback(identity.close)
        emulator = Emulator(work, ACCOUNT, REGION, new_access_key(), authorities=trusting(identity, work))
        stack.push_async_callback(emulator.close)
        backend, archives, *_ = await asyncio.gather(
            stack.enter_async_context(ledger_backend()),
            asyncio.to_thread(host_packages, once),
            emulator.start(),
            asyncio.to_thread(root.init, plugins),
        )
        aws = LocalAws(emulator.endpoint, REGION, emulator.admin)
        root = Root(root.folder, _environment(aws) | _variables(archives, backend, identity))
        root = Root(root.folder, {**root.environment, **stack.enter_context(running_provider(root))})
        stack.push_async_exit(partial(_destroy, root))
        yield Deployment(root, aws, identity, await asyncio.to_thread(root.apply))


async def _destroy(root: Root, _: object, error: BaseException | None, __: object) -> None:
    """Destroy what was applied. After a failure this may fail, too, and must not hide the first one."""
    await asyncio.to_thread(root.destroy, may_fail=error is not None)


@asynccontextmanager
async def ledger_backend() -> AsyncIterator[str]:
    """Serve the API behind the authorizer; gives its URL."""

    async def answer(_: web.Request) -> web.Response:
        return web.json_response({"ledger": "open"})

    application = web.Application()
    # The emulator appends the path of the request to the integration's URL, which AWS does not.
    application.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    try:
        await site.start()
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}/ledger"
    finally:
        await runner.cleanup()


def _environment(aws: LocalAws) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": aws.endpoint,
        "AWS_REGION": aws.region,
        "AWS_ACCESS_KEY_ID": aws.keys.access_key_id,
        "AWS_SECRET_ACCESS_KEY": aws.keys.secret_access_key,
    }


def _variables(archives: Mapping[str, Path], backend: str, identity: IdentityProvider) -> dict[str, str]:
    paths = ", ".join(f'{service} = "{path}"' for service, path in archives.items())
    return {
        "TF_VAR_packages": f"{{ {paths} }}",
        "TF_VAR_architecture": host_target().arch,
        "TF_VAR_ledger_url": backend,
        "TF_VAR_issuers": json.dumps({"pods": local_issuers(identity)["pods"].model_dump(exclude_none=True)}),
        # Or nothing could be destroyed.
        "TF_VAR_deletion_protection": "false",
    }
