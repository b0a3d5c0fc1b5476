"""SSM, STS, SNS and IAM, as far as Sentinel calls them, each with its operations by name."""

import secrets
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final
from urllib.parse import quote

from deploy.local.deployment import ACCOUNT
from shared.clock import utc_now

Request = Mapping[str, Any]
Operations = Mapping[str, Callable[[Request], Any]]
# The access key id of the signature, among the parameters of a call with a form.
SIGNED_BY: Final = "signed by"
_ISO: Final = "%Y-%m-%dT%H:%M:%SZ"


class AwsRefusalError(Exception):
    """An error response: code, message, status, and for JSON the other members of the error's shape."""

    def __init__(self, code: str, message: str = "", status: int = 400, **details: Any) -> None:
        super().__init__(code)
        self.code, self.message, self.status, self.details = code, message, status, details


class Ssm:
    """Parameters by name."""

    def __init__(self) -> None:
        self.parameters: dict[str, dict[str, Any]] = {}
        self.operations: Operations = {
            "GetParameters": self._get,
            "GetParametersByPath": self._by_path,
            "PutParameter": self._put,
        }

    def _get(self, request: Request) -> Any:
        return {
            "Parameters": [self.parameters[name] for name in request["Names"] if name in self.parameters],
            "InvalidParameters": [name for name in request["Names"] if name not in self.parameters],
        }

    def _by_path(self, request: Request) -> Any:
        path = request["Path"].rstrip("/") + "/"
        found = [each for name, each in sorted(self.parameters.items()) if name.rpartition("/")[0] + "/" == path]
        return {"Parameters": found}

    def _put(self, request: Request) -> Any:
        version = self.parameters.get(request["Name"], {}).get("Version", 0) + 1
        stored = {"Name": request["Name"], "Type": request["Type"], "Value": request["Value"], "Version": version}
        self.parameters[request["Name"]] = stored
        return {"Version": version, "Tier": "Standard"}


class Sts:
    """Sessions by access key id, which GetCallerIdentity finds by the key of the signature."""

    def __init__(self) -> None:
        self._sessions: dict[str, str] = {}
        self.operations: Operations = {
            "AssumeRole": self._assume_role,
            "GetCallerIdentity": self._caller_identity,
        }

    def _assume_role(self, request: Request) -> Any:
        partition, account, role = _role_parts(request["RoleArn"])
        name = request["RoleSessionName"]
        arn = f"arn:{partition}:sts::{account}:assumed-role/{role}/{name}"
        key = f"ASIA{secrets.token_hex(8).upper()}"
        self._sessions[key] = arn
        expires_at = utc_now() + timedelta(seconds=int(request.get("DurationSeconds", 3600)))
        answer: dict[str, Any] = {
            "AssumedRoleUser": {"AssumedRoleId": f"AROAEXAMPLE:{name}", "Arn": arn},
            "Credentials": {
                "AccessKeyId": key,
                "SecretAccessKey": secrets.token_urlsafe(30),
                # As long as the tokens AWS gives, and of their alphabet: the answer's size is part of its cost.
                "SessionToken": b64encode(secrets.token_bytes(600)).decode(),
                "Expiration": expires_at.strftime(_ISO),
            },
        }
        return answer | ({"SourceIdentity": request["SourceIdentity"]} if "SourceIdentity" in request else {})

    def _caller_identity(self, request: Request) -> Any:
        arn = self._sessions.get(request[SIGNED_BY], f"arn:aws:sts::{ACCOUNT}:assumed-role/caller/load")
        return {"Arn": arn, "UserId": "AROAEXAMPLE:load", "Account": arn.split(":")[4]}


def _role_parts(arn: str) -> tuple[str, str, str]:
    parts = arn.split(":")
    return parts[1], parts[4], parts[5].rpartition("/")[2]


def publish(_: Request) -> Any:
    """Publish to a topic without subscribers."""
    return {"MessageId": secrets.token_hex(16)}


class Iam:
    """One customer-managed policy and its versions."""

    def __init__(self) -> None:
        self._versions: dict[str, str] = {"v1": '{"Version":"2012-10-17","Statement":[]}'}
        self._newest = 1
        self.operations: Operations = {
            "GetPolicy": self._get,
            "GetPolicyVersion": self._get_version,
            "ListPolicyVersions": lambda _: {"Versions": [self._describe(name) for name in self._versions]},
            "CreatePolicyVersion": self._create,
            "DeletePolicyVersion": self._delete,
        }

    def _describe(self, name: str) -> dict[str, Any]:
        is_default = name == f"v{self._newest}"
        return {"VersionId": name, "IsDefaultVersion": is_default, "CreateDate": utc_now().strftime(_ISO)}

    def _get(self, request: Request) -> Any:
        return {"Policy": {"Arn": request["PolicyArn"], "DefaultVersionId": f"v{self._newest}"}}

    def _get_version(self, request: Request) -> Any:
        name = request["VersionId"]
        return {"PolicyVersion": {**self._describe(name), "Document": quote(self._versions[name], safe="")}}

    def _create(self, request: Request) -> Any:
        self._newest += 1
        name = f"v{self._newest}"
        self._versions[name] = request["PolicyDocument"]
        return {"PolicyVersion": self._describe(name)}

    def _delete(self, request: Request) -> Any:
        if self._versions.pop(request["VersionId"], None) is None:
            raise AwsRefusalError("NoSuchEntity", "there is no such version", 404)
        return {}
