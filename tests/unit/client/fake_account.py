"""An AWS account of several regions, over HTTP: what an audit asks of it. Each region has its own event history."""

import json
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

ACCOUNT: Final = "111122223333"
_SCOPE: Final = re.compile(r"Credential=[^/]+/[0-9]{8}/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request")
_IDENTITY: Final = f"""<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<GetCallerIdentityResult><Arn>arn:aws:iam::{ACCOUNT}:user/auditor</Arn><Account>{ACCOUNT}</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>"""
_REGION: Final = "<item><regionName>{}</regionName></item>"


@dataclass
class FakeAccount:
    """`events` are by region and event name. `denied` names permissions, or `cloudtrail:LookupEvents REGION`."""

    enabled: Sequence[str] = ("eu-central-1", "us-east-1")
    events: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)
    profiles: dict[str, str] = field(default_factory=dict)
    denied: set[str] = field(default_factory=set)
    looked: list[tuple[str, str]] = field(default_factory=list)
    prefix: str = "/sentinel"

    def __post_init__(self) -> None:
        account = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                scope = _SCOPE.search(self.headers["Authorization"])
                assert scope is not None
                status, answer = account.answer(scope[2], scope[1], body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer.encode())

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, service: str, region: str, body: str) -> tuple[int, str]:
        """Answer a signed request."""
        answers: Mapping[str, tuple[str, Callable[[], str]]] = {
            "account": ("account:ListRegions", self._list_regions),
            "ec2": ("ec2:DescribeRegions", self._describe_regions),
            "sts": ("sts:GetCallerIdentity", lambda: _IDENTITY),
            "ssm": ("ssm:GetParametersByPath", lambda: self._parameters(json.loads(body))),
            "cloudtrail": (f"cloudtrail:LookupEvents {region}", lambda: self._look_up(region, json.loads(body))),
        }
        permission, answer = answers[service]
        if permission not in self.denied:
            return 200, answer()
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

    def _look_up(self, region: str, asked: Mapping[str, Any]) -> str:
        (wanted,) = asked["LookupAttributes"]
        self.looked.append((region, wanted["AttributeValue"]))
        found = self.events.get((region, wanted["AttributeValue"]), ())
        return json.dumps({"Events": [{"CloudTrailEvent": json.dumps(event)} for event in found]})
