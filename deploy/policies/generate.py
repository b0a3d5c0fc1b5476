"""Write the policies as JSON files, for reading and for tools that are not Python, and as templates for Terraform.

Run `python -m deploy.policies.generate`; a test compares the committed files with what this would write.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from deploy.policies.caller import caller_policy, operator_policy
from deploy.policies.execution import admin_policy, authorizer_policy, lambda_trust, vend_policy
from deploy.policies.kill_switch import revocations_role_policy, revocations_role_trust
from deploy.policies.place import Place, Policy
from deploy.policies.protected import protected_trust
from deploy.policies.terraform import write_terraform_files

FOLDER: Final = Path(__file__).parent / "generated"
EXAMPLE: Final = Place(
    partition="aws",
    region="eu-central-1",
    account="111122223333",
    session_table="sentinel-sessions",
    grant_table="sentinel-grants",
)


def generated_policies() -> Mapping[str, Policy]:
    """Build every policy for the example deployment, by file name."""
    return {
        "vend-execution-role.json": vend_policy(EXAMPLE),
        "authorizer-execution-role.json": authorizer_policy(EXAMPLE),
        "admin-execution-role.json": admin_policy(EXAMPLE),
        "execution-role-trust.json": lambda_trust(),
        "protected-role-trust.json": protected_trust(EXAMPLE),
        "revocations-role.json": revocations_role_policy(EXAMPLE, "444455556666"),
        "revocations-role-trust.json": revocations_role_trust(EXAMPLE),
        "caller.json": caller_policy(EXAMPLE, "a1b2c3d4e5", function_url=EXAMPLE.vend_role),
        "operator.json": operator_policy(EXAMPLE),
    }


def render(document: Policy) -> str:
    """Spell a policy as it is committed."""
    return json.dumps(document, indent=2) + "\n"


def main() -> None:
    """Write the files."""
    FOLDER.mkdir(exist_ok=True)
    for name, document in generated_policies().items():
        (FOLDER / name).write_text(render(document), encoding="utf-8")
    write_terraform_files()


if __name__ == "__main__":
    main()
