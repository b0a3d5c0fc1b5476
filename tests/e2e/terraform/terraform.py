"""Terraform as the tests run it: on a copy of the modules, with the provider of a mirror or of the registry."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from tests.patience import LIMIT_S

DEPLOY: Final = Path(__file__).parents[3] / "deploy"
PROVIDER: Final = Path("registry.terraform.io", "hashicorp", "aws")
_ONLY_THE_PROVIDER: Final = 'terraform {\n  required_providers {\n    aws = { source = "hashicorp/aws" }\n  }\n}\n'
# A third of its time goes into collecting the provider's schemas, which are all in use.
RARELY_COLLECTED: Final = {"GOGC": "400"}
_KEPT: Final = ("PATH", "HOME", "TMPDIR", "TF_CLI_CONFIG_FILE", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE")


@dataclass(frozen=True, slots=True)
class Root:
    """A folder Terraform works in; `environment` may hold secrets."""

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)

    def run(self, *arguments: str, may_fail: bool = False) -> subprocess.CompletedProcess[str]:
        """Run a command; what it printed is in the failure where it fails."""
        done = subprocess.run(
            ["terraform", *arguments],
            cwd=self.folder,
            env={**quiet_environment(), **self.environment},
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
        if done.returncode and not may_fail:
            pytest.fail(f"terraform {arguments[0]} failed in {self.folder.name}:\n{done.stdout}\n{done.stderr}")
        return done

    def init(self, plugins: Path) -> None:
        self.run("init", "-input=false", "-no-color", f"-plugin-dir={plugins}")

    def apply(self) -> dict[str, Any]:
        """Apply; gives the outputs."""
        self.run("apply", "-input=false", "-no-color", "-auto-approve")
        shown = json.loads(self.run("output", "-json").stdout)
        return {name: output["value"] for name, output in shown.items()}

    def plan(self) -> list[dict[str, Any]]:
        """Plan; gives every change of a resource, as `terraform show -json` has it."""
        self.run("plan", "-input=false", "-no-color", "-out=planned")
        planned = json.loads(self.run("show", "-json", "planned").stdout)
        nothing = (["no-op"], ["read"])
        return [each for each in planned["resource_changes"] if each["change"]["actions"] not in nothing]

    def destroy(self, *, may_fail: bool = False) -> None:
        self.run("destroy", "-input=false", "-no-color", "-auto-approve", may_fail=may_fail)


def copy_modules(folder: Path) -> Path:
    """Copy the modules with what they read next to them: Terraform writes into the folders it works in."""
    for name in ("definitions", "policies/generated", "queries", "terraform"):
        shutil.copytree(DEPLOY / name, folder / name, ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*"))
    return folder / "terraform"


def find_plugins(work: Path) -> Path:
    """Find the folder of the AWS provider: the mirror TF_PLUGIN_DIR names, or else what the registry gives.

    Skips where there is neither, or no Terraform. Under CI, Terraform without a provider is a failure.
    """
    if shutil.which("terraform") is None:
        pytest.skip("Terraform is not installed")
    if mirror := os.environ.get("TF_PLUGIN_DIR"):
        if not (Path(mirror) / PROVIDER).is_dir():
            pytest.fail(f"TF_PLUGIN_DIR is {mirror}, which has no {PROVIDER}")
        return Path(mirror)
    (work / "main.tf").write_text(_ONLY_THE_PROVIDER, encoding="utf-8")
    done = Root(work).run("init", "-input=false", "-no-color", may_fail=True)
    if done.returncode:
        answer = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        answer("no AWS provider: the registry does not answer, and TF_PLUGIN_DIR names no mirror")
    return work / ".terraform" / "providers"


def quiet_environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in _KEPT}
    quiet = {"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1", "AWS_EC2_METADATA_DISABLED": "true"}
    return kept | quiet | RARELY_COLLECTED
