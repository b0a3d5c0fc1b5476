"""Reads the CDK context: `sentinel`, the service's options, and `protected_roles`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from deploy.cdk.options import ServiceOptions
from deploy.cdk.release import Packages
from deploy.policies.deployment import Policy
from deploy.policies.settings import Options

CONTEXT_KEYS: Final = ("sentinel", "protected_roles")
_PACKAGES: Final = Path("dist")
_KINDS: Final = ("policies", "profiles", "groups")


class UnusableContextError(Exception):
    """The context does not describe a deployment; the message lists every problem."""


class RoleOptions(Options):
    """A protected role in the service's own account, and the profile that leads to it.

    `profile` is the profile's document without `role_arn`; without `profile` the role has none.
    """

    profile: Mapping[str, str] | None = None
    policies: Mapping[str, Policy] = {}
    managed_policy_arns: tuple[str, ...] = ()


class AppOptions(Options):
    """One deployment's options, and the protected roles of its account by name."""

    sentinel: ServiceOptions
    protected_roles: Mapping[str, RoleOptions] = {}


def read_context(context: Mapping[str, object]) -> AppOptions:
    """Read the options; a value may be JSON text, as `cdk -c` passes it.

    `packages` and `release` may be omitted after `make package`, which fills dist/. `documents` may name a folder that
    contains policies/*.yaml, profiles/*.yaml and groups/*.yaml.

    Raises:
        UnusableContextError: an option is unknown or malformed, or the folder contains no documents.

    """
    found = {key: _parse(key, context.get(key)) for key in CONTEXT_KEYS}
    service = found["sentinel"]
    try:
        if not {"packages", "release"} & service.keys():
            service["packages"] = Packages.in_folder(_PACKAGES, service.get("architecture", "arm64"))
        if isinstance(service.get("documents"), str):
            service["documents"] = read_documents(Path(service["documents"]))
        return AppOptions.model_validate(found)
    except ValidationError as error:
        problems = [f"  {'.'.join(map(str, each['loc'])) or 'packages'}: {each['msg']}" for each in error.errors()]
        raise UnusableContextError("\n".join(["the context is not usable:", *problems])) from None


def read_documents(folder: Path) -> dict[str, str]:
    """Read a folder of documents, by their names below the parameter prefix.

    Raises:
        UnusableContextError: the folder contains no documents.

    """
    files = sorted(file for kind in _KINDS for file in folder.glob(f"{kind}/*.yaml"))
    if not files:
        raise UnusableContextError(
            f"{folder}: no documents there; they are policies/*.yaml, profiles/*.yaml and groups/*.yaml"
        )
    return {f"{file.parent.name}/{file.stem}": file.read_text(encoding="utf-8") for file in files}


def _parse(key: str, value: object) -> dict[str, Any]:
    try:
        parsed = json.loads(value) if isinstance(value, str) else value
    except json.JSONDecodeError as error:
        raise UnusableContextError(f"the context {key!r} is not JSON: {error}") from None
    if not isinstance(parsed, Mapping | None):
        raise UnusableContextError(f"the context {key!r} is not an object: see deploy/cdk/README.md")
    return dict(parsed or {})
