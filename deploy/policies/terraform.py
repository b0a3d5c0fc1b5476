"""The policies as templates for Terraform: the same functions, called with a deployment of placeholders.

`python -m deploy.policies.generate` writes them with the example's; a test compares the committed files with its
output. Terraform renders a template with `templatefile(path, deployment)`.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from deploy.policies.caller import caller_policy, operator_policy
from deploy.policies.deployment import Deployment, Policy
from deploy.policies.encryption import encryption_policy
from deploy.policies.execution import admin_policy, authorizer_policy, lambda_trust, vend_policy
from deploy.policies.incident import INCIDENT_ROUTES
from deploy.policies.kill_switch import revocations_role_policy, revocations_role_trust
from deploy.policies.protected import protected_trust
from shared.core.kill_switch import first_document
from shared.core.switch_guards import DEPLOYMENT, POLICY_NAME

FOLDER: Final = Path(__file__).parents[1] / "terraform" / "policies"
SUFFIX: Final = ".json.tftpl"
# Every field of a deployment is a template variable of the same name.
TEMPLATE: Final = Deployment(**{name: f"${{{name}}}" for name in Deployment.__dataclass_fields__})


def policy_templates() -> Mapping[str, Policy]:
    """Build every template, by name."""
    return {
        "vend": vend_policy(TEMPLATE),
        "authorizer": authorizer_policy(TEMPLATE),
        "admin": admin_policy(TEMPLATE),
        "execution-role-trust": lambda_trust(),
        "encryption": encryption_policy(TEMPLATE, "${key_arn}"),
        "protected-role-trust": protected_trust(TEMPLATE),
        "revocations-role": revocations_role_policy(TEMPLATE, "${account}"),
        "revocations-role-trust": revocations_role_trust(TEMPLATE),
        "caller": caller_policy(TEMPLATE, "${api_id}"),
        "operator": operator_policy(TEMPLATE),
        # The kill switch before the first revocation; the admin Lambda writes every later version.
        "nothing-revoked": json.loads(first_document(TEMPLATE.guarded)),
    }


def terraform_files() -> Mapping[str, str]:
    """Render every file that the modules take from the code, by file name."""
    names = {
        # The kill switch of the default deployment has this name, that of another `<kill_switch>-<deployment>`.
        "deployment": DEPLOYMENT,
        "kill_switch": POLICY_NAME,
        "incident_routes": [" ".join(route) for route in INCIDENT_ROUTES],
    }
    templates = {f"{name}{SUFFIX}": template for name, template in policy_templates().items()}
    return {name: json.dumps(value, indent=2) + "\n" for name, value in {**templates, "names.json": names}.items()}


def write_terraform_files() -> None:
    """Write the files."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in terraform_files().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
