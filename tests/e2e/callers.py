"""Callers of the local stack over HTTP, each with an identity of their own. What they are answered is as documented."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from deploy.local.aws import Keys, new_name
from deploy.local.callers import LocalCaller, write_aws_files
from deploy.local.inbox import Heard, Inbox
from deploy.local.stack import LocalStack
from tests.e2e.documented import check_documented
from tests.e2e.local.requests import Answer, call

BECAUSE = "deploy 1.4, INC-7"
JUSTIFICATION = "checkout is down, INC-7: restart the payment workers"


@dataclass(frozen=True)
class Caller:
    """Signs each call with its own key."""

    stack: LocalStack
    name: str

    @property
    def user(self) -> str:
        return self.stack.callers[self.name].user

    async def get(self, path: str, **query: str) -> Answer:
        return await self.send("GET", f"{path}?{urlencode(query)}" if query else path)

    async def post(self, path: str, **value: Any) -> Answer:
        if not value:
            return await self.send("POST", path)
        headers = {"content-type": "application/json"}
        return await self.send("POST", path, body=json.dumps(value).encode(), headers=headers)

    async def send(self, method: str, target: str, **content: Any) -> Answer:
        url = f"{self.stack.http_api}{target}"
        answer = await call(url, self.stack.callers[self.name].keys, method=method, **content)
        check_documented(method, url, answer)
        return answer

    async def vend(self, profile: str) -> Answer:
        return await self.get("/", profile=profile)

    async def ask(self, profile: str, **more: Any) -> str:
        """File a request; gives its id."""
        filed = await self.post("/v1/requests", profile=profile, reason=BECAUSE, **more)
        assert filed.status == 201, filed.body
        request_id: str = filed.body["request"]["id"]
        return request_id

    async def act(self, request_id: str, action: str, **comment: str) -> Answer:
        """Approve, deny or cancel a request."""
        return await self.post(f"/v1/requests/{request_id}/{action}", **comment)

    async def break_glass(self, profile: str, **more: Any) -> Answer:
        return await self.post(
            "/v1/break-glass", profile=profile, reason="incident", justification=JUSTIFICATION, **more
        )

    async def follow(self, event_id: str, action: str, **comment: str) -> Answer:
        """Close or review a break-glass event."""
        return await self.post(f"/v1/break-glass/{event_id}/{action}", **comment)

    async def inbox(self) -> Inbox:
        """Hear every notice about this caller's requests and events, from now on."""
        return await Inbox.open(self.stack.aws, f"about-{new_name(10)}", only={"user": [self.user]})


async def hire(stack: LocalStack, name: str | None = None) -> Caller:
    """Create a new developer, so that one test is not in another's way. The CLI knows their AWS profile."""
    name = name or f"dev-{new_name(8)}"
    async with stack.aws.client("iam") as iam:
        may_call = await iam.get_user_policy(UserName="alice", PolicyName="call-sentinel")
        await iam.create_user(UserName=name)
        document = json.dumps(may_call["PolicyDocument"])
        await iam.put_user_policy(UserName=name, PolicyName="call-sentinel", PolicyDocument=document)
        key = (await iam.create_access_key(UserName=name))["AccessKey"]
    stack.callers[name] = LocalCaller(name, name, Keys(key["AccessKeyId"], key["SecretAccessKey"]))
    write_aws_files(stack.state_dir, list(stack.callers.values()), stack.aws)
    return Caller(stack, name)


async def hear(inbox: Inbox, count: int) -> dict[str, Heard]:
    """Take so many notices, by their event: a queue keeps no order."""
    heard = [await inbox.next() for _ in range(count)]
    return {notice.attributes["event"]: notice for notice in heard}


def outcome(answer: Answer) -> tuple[int, str | None]:
    """Say how a call ended: its status, and the code of a refusal."""
    return answer.status, answer.body.get("code")
