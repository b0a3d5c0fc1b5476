"""The guides' commands, each run unchanged and in its order, by three people on one machine."""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from deploy.local.aws import Keys, LocalAws, new_access_key
from deploy.local.deployment import ACCOUNT, REGION
from deploy.local.emulator.server import Emulator
from tests.e2e.everyday.people import install_tools
from tests.e2e.guides.guide import Block, commands_elsewhere, read_blocks
from tests.e2e.guides.shell import Shell
from tests.e2e.host_packages import host_packages, host_target
from tests.e2e.sdks.installed import HERE as SDKS
from tests.e2e.terraform.deployment import ledger_backend
from tests.e2e.terraform.leftovers import everything_of
from tests.e2e.terraform.provider import REATTACH, running_provider
from tests.e2e.terraform.terraform import RARELY_COLLECTED, Root, copy_modules, find_plugins
from tests.node import install_node_program

pytestmark = pytest.mark.asyncio(loop_scope="module")
DEPLOYING = "LAMBDA_TVM.md"
# Run while that deployment is there.
BETWEEN = ("choosing.md", "without-the-cli.md", "sensitive-apis.md")
LAST = "Remove it"
JAVASCRIPT = SDKS / "javascript"
NOT_RUN = {
    "clone and build",
    "the CDK's command line",
    "the operator's doctor",
    "fetch and build",
    "the SDK's installation",
    "another version to come from",
}


def blocks_in_order() -> list[Block]:
    deploying = read_blocks(DEPLOYING)
    removing = [block for block in deploying if block.section == LAST]
    between = [block for guide in BETWEEN for block in read_blocks(guide)]
    return [*(block for block in deploying if block not in removing), *between, *removing]


async def test_what_is_not_run_is_known_by_name() -> None:
    assert {block.not_run for block in blocks_in_order()} - {None} == NOT_RUN


@pytest.mark.parametrize("guide", [DEPLOYING, *BETWEEN])
async def test_a_guide_has_no_command_that_is_not_looked_at(guide: str) -> None:
    assert commands_elsewhere(guide) == []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def emulator(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Emulator]:
    emulator = Emulator(tmp_path_factory.mktemp("emulator"), ACCOUNT, REGION, new_access_key())
    await emulator.start()
    yield emulator
    await emulator.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shell(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shell]:
    """A clone with the zips built, the tools on PATH, and three people's AWS profiles."""
    home = tmp_path_factory.mktemp("home")
    plugins = find_plugins(tmp_path_factory.mktemp("provider"))
    clone = home / "sentinel"
    copy_modules(clone / "deploy")
    aws = LocalAws(emulator.endpoint, REGION, emulator.admin)
    people = {"operator": emulator.admin} | {name: await _employ(aws, name) for name in ("alice", "bob")}
    _write_profiles(home / "aws-config", emulator.endpoint, people)
    archives = await asyncio.to_thread(host_packages, tmp_path_factory)
    packages = ", ".join(f'{service} = "{path}"' for service, path in archives.items())
    tools = install_tools(home / "bin")
    _install_terraform(tools, home / "provider")
    # Node.js looks for packages in the folders above, too.
    await asyncio.to_thread(install_node_program, JAVASCRIPT, home)
    kept = {name: os.environ[name] for name in ("LANG", "TMPDIR") if name in os.environ}
    environment = {
        **kept,
        **RARELY_COLLECTED,
        "HOME": str(home),
        "PWD": str(clone),
        "PATH": os.pathsep.join([str(tools), str(Path(sys.executable).parent), os.environ["PATH"]]),
        "AWS_CONFIG_FILE": str(home / "aws-config"),
        "AWS_ENDPOINT_URL": emulator.endpoint,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,  # the AWS CLI of PyPI is version 1, which reads no other
        "AWS_EC2_METADATA_DISABLED": "true",
        # The emulator's address says neither.
        "SENTINEL_REGION": REGION,
        "SENTINEL_SIGNING_SERVICE": "execute-api",
        "CHECKPOINT_DISABLE": "1",
        "TF_CLI_ARGS_init": f"-input=false -no-color -plugin-dir={plugins}",
        "TF_CLI_ARGS_apply": "-input=false -no-color -auto-approve",
        "TF_CLI_ARGS_destroy": "-input=false -no-color -auto-approve",
        "TF_VAR_packages": f"{{ {packages} }}",
        "TF_VAR_architecture": host_target().arch,
    }
    async with ledger_backend() as backend:
        yield Shell(emulator.endpoint, home, home / "provider", environment | {"TF_VAR_ledger_url": backend})


def _install_terraform(folder: Path, provider: Path) -> None:
    """Put `terraform` into a folder: once a file has the address of a provider, the operator's commands attach to it.

    Each command would start one four times. The first `terraform apply` does, with what the shell has then.
    """
    attach = f'if [ "$AWS_PROFILE" = operator ] && [ -f {provider} ]; then export {REATTACH}="$(cat {provider})"; fi'
    program = folder / "terraform"
    program.write_text(f'#!/bin/sh\n{attach}\nexec {shutil.which("terraform")} "$@"\n', encoding="utf-8")
    program.chmod(0o700)


async def _employ(aws: LocalAws, name: str) -> Keys:
    async with aws.client("iam") as iam:
        await iam.create_user(UserName=name)
        key = (await iam.create_access_key(UserName=name))["AccessKey"]
    return Keys(key["AccessKeyId"], key["SecretAccessKey"])


def _write_profiles(file: Path, endpoint: str, people: dict[str, Keys]) -> None:
    lines = [
        line
        for name, keys in people.items()
        for line in (
            f"[profile {name}]",
            f"region = {REGION}",
            f"endpoint_url = {endpoint}",
            f"aws_access_key_id = {keys.access_key_id}",
            f"aws_secret_access_key = {keys.secret_access_key}",
        )
    ]
    file.touch(mode=0o600)
    file.write_text("\n".join(lines), encoding="utf-8")


@pytest.mark.timeout(2400)  # an apply, an upgrade and a destroy
async def test_every_command_of_the_guides_works_in_its_order(shell: Shell, emulator: Emulator) -> None:
    printed: dict[str, str] = {}
    with ExitStack() as ending:
        for block in blocks_in_order():
            if block.not_run is not None:
                continue
            printed[block.section] = printed.get(block.section, "") + await asyncio.to_thread(shell.run, block)
            if "terraform apply" in block.commands and not shell.provider.exists():
                root = Root(Path(shell.environment["PWD"]), shell.environment)
                [address] = ending.enter_context(running_provider(root)).values()
                shell.provider.write_text(address, encoding="utf-8")
    assert "by approval" in printed["Let people call it"]
    assert "assumed-role/notes/sentinel-a-" in printed["The first vend"]
    left = {
        kind: names
        for kind, names in (await everything_of(LocalAws(emulator.endpoint, REGION, emulator.admin))).items()
        if names
    }
    assert not left, json.dumps(left)
