"""The stand-in's groups: alice's own, and what is pushed, kept for its time."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from aiohttp import web

from shared.clock import utc_now
from shared.core.durations import parse_duration
from tests.e2e.client.fake_grants import instant

OWN = [{"name": name, "source": "push", "until": None} for name in ("payments-oncall", "corp/payments")]
NO_PUSH = {"code": "not_found", "message": "no push of this group is in force", "request_id": "req-1"}


@dataclass
class FakeGroups:
    pushed: dict[str, dict[str, Any]] = field(default_factory=dict)

    async def answer(self, request: web.Request) -> web.Response | None:
        """Answer a request for groups; None for any other."""
        match request.raw_path.partition("?")[0].split("/")[1:]:
            case ["v1", "groups"]:
                return web.json_response({"user": "alice", "groups": OWN, "is_complete": False})
            case ["v1", "groups", name, "members"] if request.method == "PUT":
                self.pushed[name] = _view(name, await request.json())
                return web.json_response(self.pushed[name])
            case ["v1", "groups", name, "members"] if name in self.pushed:
                found = self.pushed[name] if request.method == "GET" else {**self.pushed.pop(name), "members": []}
                return web.json_response(found)
            case ["v1", "groups", *_]:
                return web.json_response(NO_PUSH, status=404)
        return None


def _view(name: str, body: dict[str, Any]) -> dict[str, Any]:
    now = utc_now()
    until: timedelta = parse_duration(body["duration"])
    facts = {"name": name, "members": body["members"], "reason": body["reason"]}
    return facts | {"until": instant(now + until), "pushed_by": "alice", "pushed_at": instant(now)}
