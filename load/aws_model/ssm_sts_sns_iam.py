"""SSM, STS, SNS and IAM, as far as Sentinel calls them."""

import secrets
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

from load.aws_model.answers import AwsRefusalError

Clock = Callable[[], datetime]
Form = Mapping[str, str]
_PAGE: Final = 10
_ISO: Final = "%Y-%m-%dT%H:%M:%SZ"


class Ssm:
    """Parameters by name."""

    def __init__(self) -> None:
        self.parameters: dict[str, dict[str, Any]] = {}
        self.operations: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
            "GetParameters": self._get,
            "GetParametersByPath": self._by_path,
            "PutParameter": self._put,
        }

    def _get(self, request: Mapping[str, Any]) -> Any:
        return {
            "Parameters": [self.parameters[name] for name in request["Names"] if name in self.parameters],
            "InvalidParameters": [name for name in request["Names"] if name not in self.parameters],
        }

    def _by_path(self, request: Mapping[str, Any]) -> Any:
        path = request["Path"].rstrip("/") + "/"
        found = [each for name, each in sorted(self.parameters.items()) if name.rpartition("/")[0] + "/" == path]
        start = int(request.get("NextToken", 0))
        page = {"Parameters": found[start : start + _PAGE]}
        return page if start + _PAGE >= len(found) else {**page, "NextToken": str(start + _PAGE)}

    def _put(self, request: Mapping[str, Any]) -> Any:
        version = self.parameters.get(request["Name"], {}).get("Version", 0) + 1
        stored = {"Name": request["Name"], "Type": request["Type"], "Value": request["Value"], "Version": version}
        self.parameters[request["Name"]] = stored
        return {"Version": version, "Tier": "Standard"}


class Sts:
    """Sessions by access key id, which GetCallerIdentity finds by the key of the signature."""

    def __init__(self, account: str, clock: Clock) -> None:
        self._account = account
        self._clock = clock
        self._sessions: dict[str, str] = {}
        self.operations: Mapping[str, Callable[[Form, str], Any]] = {
            "AssumeRole": self._assume_role,
            "GetCallerIdentity": self._caller_identity,
        }

    def _assume_role(self, form: Form, _: str) -> Any:
        partition, account, role = _role_parts(form["RoleArn"])
        name = form["RoleSessionName"]
        arn = f"arn:{partition}:sts::{account}:assumed-role/{role}/{name}"
        key = f"ASIA{secrets.token_hex(8).upper()}"
        self._sessions[key] = arn
        expires_at = self._clock() + timedelta(seconds=int(form.get("DurationSeconds", 3600)))
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
        return answer | ({"SourceIdentity": form["SourceIdentity"]} if "SourceIdentity" in form else {})

    def _caller_identity(self, _: Form, key: str) -> Any:
        arn = self._sessions.get(key, f"arn:aws:sts::{self._account}:assumed-role/caller/load")
        return {"Arn": arn, "UserId": "AROAEXAMPLE:load", "Account": arn.split(":")[4]}


def _role_parts(arn: str) -> tuple[str, str, str]:
    parts = arn.split(":")
    return parts[1], parts[4], parts[5].rpartition("/")[2]


class Sns:
    """A topic without subscribers."""

    def __init__(self) -> None:
        self.operations: Mapping[str, Callable[[Form, str], Any]] = {
            "Publish": lambda _form, _key: {"MessageId": secrets.token_hex(16)},
        }


class Iam:
    """One customer-managed policy and its versions."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._versions: dict[str, str] = {"v1": '{"Version":"2012-10-17","Statement":[]}'}
        self._newest = 1
        self.operations: Mapping[str, Callable[[Form, str], Any]] = {
            "GetPolicy": self._get,
            "GetPolicyVersion": self._get_version,
            "ListPolicyVersions": lambda _form, _key: {"Versions": [self._describe(name) for name in self._versions]},
            "CreatePolicyVersion": self._create,
            "DeletePolicyVersion": self._delete,
        }

    def _describe(self, name: str) -> dict[str, Any]:
        is_default = name == f"v{self._newest}"
        return {"VersionId": name, "IsDefaultVersion": is_default, "CreateDate": self._clock().strftime(_ISO)}

    def _get(self, form: Form, _: str) -> Any:
        return {"Policy": {"Arn": form["PolicyArn"], "DefaultVersionId": f"v{self._newest}"}}

    def _get_version(self, form: Form, _: str) -> Any:
        name = form["VersionId"]
        return {"PolicyVersion": {**self._describe(name), "Document": quote(self._versions[name], safe="")}}

    def _create(self, form: Form, _: str) -> Any:
        self._newest += 1
        name = f"v{self._newest}"
        self._versions[name] = form["PolicyDocument"]
        return {"PolicyVersion": self._describe(name)}

    def _delete(self, form: Form, _: str) -> Any:
        if self._versions.pop(form["VersionId"], None) is None:
            raise AwsRefusalError("NoSuchEntity", "there is no such version", 404)
        return {}
