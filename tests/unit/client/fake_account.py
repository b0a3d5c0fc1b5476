"""An AWS account of several regions, over HTTP: what an audit asks of it. Each region has its own event history.

Log groups have the lines of the functions, in one region.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from email.message import Message
from typing import Any, Final

from tests.unit.client.local_server import LocalServer

ACCOUNT: Final = "111122223333"
GROUPS: Final[Mapping[str, list[bytes]]] = {"/aws/lambda/sentinel-vend": [], "/aws/lambda/sentinel-admin": []}
_SCOPE: Final = re.compile(r"Credential=[^/]+/[0-9]{8}/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request")
_IDENTITY: Final = f"""<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<GetCallerIdentityResult><Arn>arn:aws:iam::{ACCOUNT}:user/auditor</Arn><Account>{ACCOUNT}</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>"""
_REGION: Final = "<item><regionName>{}</regionName></item>"


@dataclass
class FakeAccount(LocalServer):
    """`events` are by region and event name. `denied` names permissions, or `cloudtrail:LookupEvents REGION`."""

    enabled: Sequence[str] = ("eu-central-1", "us-east-1")
    events: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)
    profiles: dict[str, str] = field(default_factory=dict)
    denied: set[str] = field(default_factory=set)
    looked: list[tuple[str, str]] = field(default_factory=list)
    read: list[Mapping[str, Any]] = field(default_factory=list)
    logs: dict[str, list[bytes]] = field(default_factory=lambda: dict(GROUPS))
    retention_days: dict[str, int] = field(default_factory=dict)
    prefix: str = "/sentinel"

    def __post_init__(self) -> None:
        super().__init__()

    def answer(self, headers: Message, body: str) -> tuple[int, str]:
        """Answer a signed request."""
        scope = _SCOPE.search(headers["Authorization"])
        assert scope is not None
        region, service = scope.groups()
        answers: Mapping[str, tuple[str, Callable[[], str]]] = {
            "account": ("account:ListRegions", self._list_regions),
            "ec2": ("ec2:DescribeRegions", self._describe_regions),
            "sts": ("sts:GetCallerIdentity", lambda: _IDENTITY),
            "ssm": ("ssm:GetParametersByPath", lambda: self._parameters(json.loads(body))),
            "logs": _logs_permission(headers, lambda: self._logs(headers["X-Amz-Target"], json.loads(body))),
            "cloudtrail": (f"cloudtrail:LookupEvents {region}", lambda: self._look_up(region, json.loads(body))),
        }
        permission, answer = answers[service]
        if permission not in self.denied:
            try:
                return 200, answer()
            except KeyError:
                return 400, json.dumps({"__type": "ResourceNotFoundException", "message": "no"})
        if service in {"ec2", "sts"}:
            return 403, "<Response><Errors><Error><Code>UnauthorizedOperation</Code></Error></Errors></Response>"
        return 400, json.dumps({"__type": "AccessDeniedException", "message": "no"})

    def _list_regions(self) -> str:
        found = [{"RegionName": name, "RegionOptStatus": "ENABLED"} for name in self.enabled]
        return json.dumps({"Regions": found})

    def _describe_regions(self) -> str:
        found = "".join(map(_REGION.format, self.enabled))
        return f"<DescribeRegionsResponse><regionInfo>{found}</regionInfo></DescribeRegionsResponse>"

    def _parameters(self, asked: Mapping[str, Any]) -> str:
        if asked["Path"] != f"{self.prefix}/profiles":
            return json.dumps({"Parameters": []})
        found = [
            {"Name": f"{self.prefix}/profiles/{name}", "Type": "String", "Value": text}
            for name, text in self.profiles.items()
        ]
        return json.dumps({"Parameters": found})

    def _logs(self, target: str, asked: Mapping[str, Any]) -> str:
        if target.endswith("DescribeLogGroups"):
            found = [name for name in self.logs if name.startswith(asked["logGroupNamePrefix"])]
            return json.dumps({"logGroups": [{"logGroupName": name} | self._retention(name) for name in found]})
        assert asked["filterPattern"] == '{ $.kind = "sentinel.audit" }'
        self.read.append(asked)
        lines = enumerate(self.logs[asked["logGroupName"]])
        return json.dumps({"events": [{"eventId": str(number), "message": raw.decode()} for number, raw in lines]})

    def _retention(self, group: str) -> dict[str, int]:
        return {"retentionInDays": self.retention_days[group]} if group in self.retention_days else {}

    def _look_up(self, region: str, asked: Mapping[str, Any]) -> str:
        (wanted,) = asked["LookupAttributes"]
        self.looked.append((region, wanted["AttributeValue"]))
        found = self.events.get((region, wanted["AttributeValue"]), ())
        return json.dumps({"Events": [{"CloudTrailEvent": json.dumps(event)} for event in found]})


def _logs_permission(headers: Message, answer: Callable[[], str]) -> tuple[str, Callable[[], str]]:
    _, _, operation = headers.get("X-Amz-Target", "").partition(".")
    return f"logs:{operation}", answer
