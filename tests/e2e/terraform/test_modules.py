"""Every module and example through Terraform itself, with AWS played by the provider's own mocks."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.e2e.terraform.terraform import DEPLOY, Root

TESTED = sorted({str(file.parents[1].relative_to(DEPLOY / "terraform")) for file in DEPLOY.rglob("*.tftest.hcl")})


def test_every_module_and_example_has_tests() -> None:
    roots = [file.parent for file in (DEPLOY / "terraform").rglob("outputs.tf")]
    alone = {str(root.relative_to(DEPLOY / "terraform")) for root in roots} - {"sentinel/modules/function"}
    assert alone == set(TESTED)


def test_files_are_formatted(modules: Path, plugins: Path) -> None:  # noqa: ARG001 - it skips without Terraform
    unformatted = Root(modules).run("fmt", "-check", "-recursive", may_fail=True).stdout.split()
    assert not unformatted, "run terraform fmt -recursive deploy/terraform"


@pytest.mark.parametrize("name", TESTED)
def test_a_module_does_as_its_tests_say(name: str, modules: Path, plugins: Path, provider: Mapping[str, str]) -> None:
    root = Root(modules / name)
    root.init(plugins)
    Root(root.folder, provider).run("test", "-no-color")
