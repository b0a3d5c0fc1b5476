"""The stand-in's requests and events: enough state to ask, decide and list; the rest is canned."""

import asyncio
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from shared.clock import utc_now

HOUR = timedelta(hours=1)


def instant(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def a_request(number: int = 1, **changes: Any) -> dict[str, Any]:
    now = utc_now()
    facts = {
        "id": f"{number:016d}",
        "user": "alice",
        "profile": "staging",
        "status": "pending",
        "reason": "fix the invoices",
        "ticket": None,
        "duration_s": 3600,
        "starts_at": None,
        "uses": "window",
        "created_at": instant(now),
        "pending_until": instant(now + 24 * HOUR),
        "window": None,
        "approvals": [],
        "quorum": 1,
        "approvers": ["bob", "*@sec.example"],
        "auto_approved": False,
        "ended": None,
        "rule": "staging",
        "policy_version": "16367aacb67a4a01",
    }
    return facts | changes


def an_event(number: int = 1, **changes: Any) -> dict[str, Any]:
    now = utc_now()
    facts = {
        "id": f"{number:016d}",
        "user": "alice",
        "profile": "prod",
        "status": "active",
        "reason": "incident",
        "justification": "the shop is down and nobody is awake",  # codespell:ignore
        "duration_s": 3600,
        "created_at": instant(now),
        "window": {"starts_at": instant(now), "ends_at": instant(now + HOUR)},
        "review_required": True,
        "ended": None,
        "review": None,
        "rule": "on-call",
        "policy_version": "16367aacb67a4a01",
    }
    return facts | changes


CONSOLE = "https://sentinel.example/console/#/approvals"


@dataclass
class FakeGrants:
    """Rows by id, newest first, and everything that was asked."""

    requests: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    notified: dict[str, bool] = field(default_factory=lambda: {"sns": True})
    page_size: int = 100
    away: int = 0  # how many of the next calls meet a service that is not there
    filed_meanwhile: dict[str, Any] | None = None  # another command's request, which the next filing meets
    looked: asyncio.Event = field(default_factory=asyncio.Event)

    def approve(self, request_id: str, starts_in: timedelta = timedelta(0)) -> None:
        start = utc_now() + starts_in
        window = {"starts_at": instant(start), "ends_at": instant(start + HOUR)}
        self.requests[request_id] |= {"status": "approved", "window": window}

    async def answer(self, request: web.Request) -> web.Response | None:
        """Answer a call under /v1/requests or /v1/break-glass; None for any other."""
        _, version, kind, *rest = (request.raw_path.partition("?")[0]).split("/") + [""] * 2
        if version != "v1" or kind not in {"requests", "break-glass"}:
            return None
        body = json.loads(await request.read() or b"{}")
        self.asked.append((request.method, request.raw_path, body))
        if self.away:
            self.away -= 1
            return web.json_response({"message": "Service Unavailable"}, status=503)
        rows, one, many = (
            (self.requests, "request", "requests") if kind == "requests" else (self.events, "event", "events")
        )
        match request.method, [part for part in rest if part]:
            case "GET", []:
                return self._page(rows, many, request)
            case "POST", [] if self.filed_meanwhile is not None:
                other, self.filed_meanwhile = self.filed_meanwhile, None
                rows[other["id"]] = other
                refusal = {"code": "conflict", "message": "one waits", "request_id": "r", "grant_id": other["id"]}
                return web.json_response(refusal, status=409)
            case "POST", []:
                made = a_request(len(rows) + 1) if one == "request" else an_event(len(rows) + 1)
                rows[made["id"]] = made | {
                    name: body[name] for name in body if name in ("profile", "reason", "ticket", "extends")
                }
                link = {"link": f"{CONSOLE}/{made['id']}"} if one == "request" else {}
                return web.json_response({one: rows[made["id"]], "notified": self.notified, **link}, status=201)
            case "GET", [grant_id] if grant_id in rows:
                self.looked.set()
                return web.json_response({one: rows[grant_id]})
            case "POST", [grant_id, step] if grant_id in rows:
                return self._step(rows[grant_id], one, step, body)
        return web.json_response({"code": "not_found", "message": "there is no such id", "request_id": "r"}, status=404)

    def _page(self, rows: dict[str, dict[str, Any]], many: str, request: web.Request) -> web.Response:
        query = request.query
        wanted = [
            row
            for row in reversed(rows.values())
            if all(row[name] == query[name] for name in ("status", "profile", "user") if name in query)
        ]
        start = int(query.get("cursor", "0"))
        end = start + min(int(query["limit"]), self.page_size)
        cursor = str(end) if end < len(wanted) else None
        return web.json_response({many: wanted[start:end], "next_cursor": cursor})

    def _step(self, row: dict[str, Any], one: str, step: str, body: dict[str, Any]) -> web.Response:
        if step == "approve":
            self.approve(row["id"])
        else:
            words = {"deny": "denied", "cancel": "cancelled", "close": "closed", "review": "reviewed"}
            row["status"] = words[step]
            row["ended"] = {"by": "alice", "at": instant(utc_now()), "comment": body.get("comment")}
        return web.json_response({one: row, "notified": self.notified})
