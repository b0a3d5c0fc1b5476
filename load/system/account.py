"""The account a load test finds: its documents, and callers whose keys the gateway knows without a lookup."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml

from deploy.local.aws import Keys, new_access_key
from deploy.local.deployment import ACCOUNT, PROTECTED, REGION, local_deployment
from deploy.local.emulator.server import KnownCredential, Unusable
from load.driver.exchange import LoadCaller

OPERATOR: Final = "operator"
# As many rules as a company may have, so that evaluating them costs what it costs there.
_BYSTANDERS: Final = 20

_DOCUMENTS: Final = Path(__file__).with_name("documents")


def documents() -> Mapping[str, str]:
    """Return the account's documents by their parameters' names."""
    deployment = local_deployment()
    values: dict[str, Any] = {
        f"policies/{file.stem}": yaml.safe_load(file.read_text(encoding="utf-8")) for file in _DOCUMENTS.iterdir()
    }
    values["policies/access"]["rules"][:0] = [
        {
            "name": f"team-{number}",
            "effect": "allow",
            "conditions": {"profiles": [f"team-{number}-*"], "users": [f"team-{number}-*"]},
        }
        for number in range(_BYSTANDERS)
    ]
    for profile in PROTECTED:
        role_arn = deployment.role_arn(profile, deployment.protected_path)
        values[f"profiles/{profile}"] = {"role_arn": role_arn, "account": ACCOUNT, "region": REGION}
    return {f"{deployment.parameter_prefix}/{name}": json.dumps(value) for name, value in values.items()}


def create_callers(count: int) -> tuple[Sequence[LoadCaller], LoadCaller]:
    """Make callers `load-0000` and so on, and the operator, with keys for this run only."""

    def create(user: str) -> LoadCaller:
        keys = new_access_key()
        return LoadCaller(user, keys.access_key_id, keys.secret_access_key)

    return [create(f"load-{number:04}") for number in range(count)], create(OPERATOR)


class KnownCallers:
    """The gateway's source of credentials: IAM users who may call everything."""

    def __init__(self, callers: Sequence[LoadCaller]) -> None:
        self._known = {
            caller.access_key_id: KnownCredential(
                keys=Keys(caller.access_key_id, caller.secret_access_key),
                account=ACCOUNT,
                arn=f"arn:aws:iam::{ACCOUNT}:user/{caller.user}",
                user_id=f"AIDA{caller.access_key_id[4:]}",
                allowed=True,
            )
            for caller in callers
        }

    async def find_credential(self, access_key_id: str, action: str, resource: str) -> KnownCredential | Unusable:
        """Find a caller's key, which is allowed every action."""
        del action, resource
        return self._known.get(access_key_id, "unknown")
