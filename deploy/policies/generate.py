"""Writes the policies as JSON files, for readers and for other tools, and as templates for Terraform.

Run `python -m deploy.policies.generate`; a test compares the committed files with what this would write. Terraform
renders a template with `templatefile(path, deployment)`.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final, cast

from deploy.policies.caller import Task, caller_policy, doctor_policy, operator_policy, task_policy
from deploy.policies.delivery import (
    DAY,
    FAILED_PREFIX,
    FAILURE,
    LINES,
    PREFIX,
    Archive,
    archive_key_policy,
    bucket_policy,
    event_bus_policy,
    protect_delivery,
    stream_policy,
    stream_trust,
    subscription_policy,
    subscription_trust,
)
from deploy.policies.deployment import Deployment, Policy
from deploy.policies.execution import admin_policy, authorizer_policy, encryption_policy, lambda_trust, vend_policy
from deploy.policies.exemptions import Exemptions
from deploy.policies.groups import (
    READER_ROLE,
    group_documents_policy,
    identity_center_policy,
    identity_center_role_policy,
)
from deploy.policies.protected import admin_trust, protected_trust, revocations_role_policy
from deploy.policies.resource_control import guard_roles, keep_data_inside
from deploy.policies.routes import (
    CONSOLE_BURST,
    CONSOLE_RATE,
    CONSOLE_ROUTES,
    CONSOLE_SOURCE,
    ROUTES,
    SLACK_BURST,
    SLACK_RATE,
    SLACK_ROUTES,
)
from deploy.policies.sentinel_account import protect_data, protect_functions, protect_watching
from deploy.policies.service_control import protect_roles, refuse_lasting_keys, restrict_people_to_sentinel
from deploy.policies.signing import signer_policy, signing_key_policy, writer_policy
from deploy.policies.slack import PLACEHOLDER_URL, manifest
from shared.core.issuer import RESERVED_NAMES
from shared.core.kill_switch import first_document
from shared.core.switch_guards import DEPLOYMENT, POLICY_NAME

FOLDER: Final = Path(__file__).parent / "generated"
TERRAFORM_FOLDER: Final = Path(__file__).parents[1] / "terraform" / "policies"
SLACK_FOLDER: Final = Path(__file__).parents[1] / "slack"
SUFFIX: Final = ".json.tftpl"
MAXIMUM_BYTES: Final = 5120
EXAMPLE: Final = Deployment.named("sentinel", "aws", "eu-central-1", "111122223333")
# Every field of a deployment is a template variable of the same name.
_TEMPLATE: Final = Deployment(**{name: f"${{{name}}}" for name in Deployment.__dataclass_fields__})
EXAMPLE_EXEMPTIONS: Final = Exemptions(
    partition="aws",
    deployers=("sentinel-deploy", "sentinel-cloudformation"),
    break_glass="BreakGlass",
    operators=("SentinelOperator",),
    stacks=("Sentinel",),
)
EXAMPLE_ORGANIZATION: Final = "o-exampleorgid"
EXAMPLE_KEY_ARN: Final = EXAMPLE.arn("kms", "key/0a1b2c3d-1111-2222-3333-444455556666")
EXAMPLE_STORE: Final = "d-1234567890"
EXAMPLE_READER: Final = "arn:aws:iam::777788889999:role/SentinelGroups"
EXAMPLE_SIGNING_KEY: Final = EXAMPLE.arn("kms", "key/1b2c3d4e-1111-4222-8333-444455556666")
EXAMPLE_SIGNERS: Final = EXAMPLE.role_arn("SentinelSigner")
EXAMPLE_KEY_ADMINISTRATORS: Final = EXAMPLE.role_arn("SigningKeyAdministrator")
_API: Final = "a1b2c3d4e5"


def generated_policies() -> Mapping[str, Policy]:
    """Build every policy for the example deployment, by file name."""
    found = {
        **_of_every_deployment(EXAMPLE, account="444455556666", store=EXAMPLE_STORE, reader=EXAMPLE_READER),
        "caller": caller_policy(EXAMPLE, _API, function_url=EXAMPLE.vend_role),
        **{f"caller-{task}": task_policy(EXAMPLE, _API, task) for task in Task},
        "doctor": doctor_policy(EXAMPLE),
        "audit-key": archive_key_policy(EXAMPLE, EXAMPLE_KEY_ARN),
        "signer": signer_policy(EXAMPLE, EXAMPLE_SIGNING_KEY),
        "signing-key": signing_key_policy(EXAMPLE_KEY_ADMINISTRATORS, EXAMPLE_SIGNERS, EXAMPLE.root),
    }
    return {f"{name}.json": document for name, document in found.items()}


def policy_templates() -> Mapping[str, Policy]:
    """Build every template for Terraform, by name: the same policies, for a deployment of placeholders."""
    roles = _of_every_deployment(
        _TEMPLATE, account="${account}", store="${identity_store_id}", reader="${identity_store_role_arn}"
    )
    return {
        **{name.removesuffix("-execution-role"): document for name, document in roles.items()},
        "encryption": encryption_policy(_TEMPLATE, "${key_arn}"),
        "audit-key": archive_key_policy(_TEMPLATE, "${key_arn}"),
        "caller": caller_policy(_TEMPLATE, "${api_id}"),
        "signer": signer_policy(_TEMPLATE, "${key_arn}"),
        "signing-key": signing_key_policy("${administrator_arn}", "${signer_arn}", _TEMPLATE.root),
        # The kill switch before the first revocation; the admin Lambda writes every later version.
        "nothing-revoked": json.loads(first_document(_TEMPLATE.guarded)),
    }


def _of_every_deployment(deployment: Deployment, account: str, store: str, reader: str) -> Mapping[str, Policy]:
    """Build the policies by name.

    `account` is another one with protected roles, `store` the id of an identity store, and `reader` the ARN of the role
    that reads it in another account.
    """
    return {
        "vend-execution-role": vend_policy(deployment),
        "authorizer-execution-role": authorizer_policy(deployment),
        "admin-execution-role": admin_policy(deployment),
        "execution-role-trust": lambda_trust(),
        "protected-role-trust": protected_trust(deployment),
        "revocations-role": revocations_role_policy(deployment, account),
        "admin-trust": admin_trust(deployment),
        "groups": group_documents_policy(deployment),
        "identity-center": identity_center_policy(deployment.partition, store),
        "identity-center-role": identity_center_role_policy(reader),
        "operator": operator_policy(deployment),
        "event-bus": event_bus_policy(deployment),
        "audit-subscription": subscription_policy(deployment),
        "audit-subscription-trust": subscription_trust(deployment),
        "audit-stream": stream_policy(deployment),
        "audit-stream-trust": stream_trust(deployment),
        "audit-bucket": bucket_policy(deployment),
        "writer": writer_policy(deployment),
    }


def organization_policies() -> Mapping[str, Policy]:
    """Build the organization's policies for the example, by file name, with the prefix `scp-` or `rcp-`."""
    return {
        "scp-protected-roles.json": protect_roles(EXAMPLE, EXAMPLE_EXEMPTIONS),
        "scp-lasting-keys.json": refuse_lasting_keys(EXAMPLE_EXEMPTIONS),
        "scp-people.json": restrict_people_to_sentinel(EXAMPLE_EXEMPTIONS),
        "scp-sentinel-functions.json": protect_functions(EXAMPLE, EXAMPLE_EXEMPTIONS),
        "scp-sentinel-data.json": protect_data(EXAMPLE, EXAMPLE_EXEMPTIONS, [EXAMPLE_KEY_ARN]),
        "scp-sentinel-watching.json": protect_watching(EXAMPLE, EXAMPLE_EXEMPTIONS),
        "scp-sentinel-delivery.json": protect_delivery(EXAMPLE, EXAMPLE_EXEMPTIONS),
        "rcp-protected-roles.json": guard_roles(EXAMPLE, EXAMPLE_ORGANIZATION),
        "rcp-outsiders.json": keep_data_inside(EXAMPLE_ORGANIZATION, ["777788889999"]),
    }


def render(document: Policy) -> str:
    """Render a policy as it is committed."""
    return json.dumps(document, indent=2) + "\n"


def render_dense(document: Policy) -> str:
    """Render an organization's policy, one line per statement. White space counts towards the limit of 5,120 bytes.

    AWS Organizations User Guide, "Quotas and service limits": the console removes white space, the API does not.

    Raises:
        ValueError: it is over the limit.

    """
    statements = cast("list[dict[str, object]]", document["Statement"])
    lines = ",\n".join(json.dumps(statement, separators=(",", ":")) for statement in statements)
    text = f'{{"Version":"{document["Version"]}","Statement":[\n{lines}\n]}}'
    if (size := len(text.encode())) > MAXIMUM_BYTES:
        raise ValueError(
            f"the policy that begins with {statements[0]['Sid']} has {size} bytes, {MAXIMUM_BYTES} are allowed: "
            "exempt fewer roles, give them shorter names, or attach its statements as two policies",
        )
    return text


def rendered_files() -> Mapping[str, str]:
    """Render every file as it is committed, by name."""
    readable = {name: render(document) for name, document in generated_policies().items()}
    return readable | {name: render_dense(document) for name, document in organization_policies().items()}


def terraform_files() -> Mapping[str, str]:
    """Render every file that the Terraform modules take from the code, by name."""
    names: Policy = {
        # The kill switch and the reader of the default deployment have these names; others add `-<deployment>`.
        "deployment": DEPLOYMENT,
        "kill_switch": POLICY_NAME,
        "reader_role": READER_ROLE,
        "reserved_issuers": sorted(RESERVED_NAMES),
        "incident_routes": [route.key for route in ROUTES if route.is_of_incidents],
        "console": {
            "routes": [route.key for route in CONSOLE_ROUTES],
            "source": CONSOLE_SOURCE,
            "rate": CONSOLE_RATE,
            "burst": CONSOLE_BURST,
        },
        "slack": {
            "route": SLACK_ROUTES[0].key,
            "source": SLACK_ROUTES[0].source,
            "rate": SLACK_RATE,
            "burst": SLACK_BURST,
        },
    }
    names["archive"] = _archive_names()
    templates = {f"{name}{SUFFIX}": template for name, template in policy_templates().items()}
    rendered = {**templates, "names.json": names, f"slack-manifest{SUFFIX}": manifest("${url}")}
    return {name: render(value) for name, value in rendered.items()}


def _archive_names() -> Mapping[str, str]:
    """Return what the archive's parts are named, and which lines go where."""
    archive = Archive(_TEMPLATE)
    return {
        "pattern": LINES,
        "prefix": PREFIX + DAY,
        "failed_prefix": FAILED_PREFIX + FAILURE + DAY,
        **{name: getattr(archive, name).replace(_TEMPLATE.name, "") for name in ("stream", "subscription_role")},
    }


def slack_files() -> Mapping[str, str]:
    """Render the manifest for those who create the app by hand, with a URL to fill in."""
    return {"manifest.json": render(manifest(PLACEHOLDER_URL))}


def main() -> None:
    """Write the files."""
    folders = ((FOLDER, rendered_files()), (TERRAFORM_FOLDER, terraform_files()), (SLACK_FOLDER, slack_files()))
    for folder, files in folders:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
