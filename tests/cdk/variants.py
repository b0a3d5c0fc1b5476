"""One app with every variant of a deployment, a stack each: `python -m tests.cdk.variants FOLDER` synthesizes them."""

import sys
import zipfile
from pathlib import Path

from aws_cdk import App, Stack

from deploy.cdk.deployment import sentinel_deployment
from deploy.cdk.groups import IdentityCenterReader
from deploy.cdk.options import ServiceOptions
from deploy.cdk.release import Packages
from deploy.cdk.roles import KillSwitchAccount, ProtectedRole
from deploy.cdk.service import SentinelStack
from tests.cdk.options import STORE, VARIANTS


def main() -> None:
    """Synthesize every variant, and the stack of an account with protected roles only."""
    folder = Path(sys.argv[1])
    app = App(outdir=str(folder / "out"))
    packages = _stand_ins(folder)
    for name, options in VARIANTS.items():
        SentinelStack(app, name, ServiceOptions.model_validate({"packages": packages, **options}))
    _refuse_too_many_accounts(packages)
    account = Stack(app, "Account")
    sentinel = sentinel_deployment(account="111122223333")
    KillSwitchAccount(account, "KillSwitch", sentinel=sentinel)
    read_only = ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
    ProtectedRole(account, "Reader", name="reader", sentinel=sentinel, managed_policy_arns=read_only)
    IdentityCenterReader(account, "Groups", sentinel=sentinel, identity_store_id=STORE)
    app.synth()


def _refuse_too_many_accounts(packages: Packages) -> None:
    """Make sure that what does not fit a function's environment is no template."""
    arns = [f"arn:aws:iam::{number:012d}:policy/SentinelRevocations" for number in range(300)]
    many = {"packages": packages, "kill_switch_policy_arns": arns}
    fits = {**many, "kill_switch_policy_arns": arns[:200]}
    assert _refusal(fits) == ""
    assert "the environment of sentinel-admin has" in _refusal(many)


def _refusal(options: dict[str, object]) -> str:
    try:
        SentinelStack(App(), "Accounts", ServiceOptions.model_validate(options))
    except ValueError as error:
        return str(error)
    return ""


def _stand_ins(folder: Path) -> Packages:
    """Write tiny zips in the place of `make package`'s: a template holds only their hashes."""
    for name in Packages.model_fields:
        with zipfile.ZipFile(folder / f"sentinel-{name}-any.zip", "w") as archive:
            archive.writestr(f"{name}.py", "")
    return Packages.in_folder(folder, "any")


if __name__ == "__main__":
    main()
