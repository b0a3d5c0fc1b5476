"""One day of the company as audit lines. A request for credentials gets what the real decision gives."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from shared.core.access.authorize import Issue
from shared.core.access.evaluate import Verdict, evaluate
from shared.core.access.recorded import Circumstances, record_circumstances, record_facts
from shared.core.access.schema import AccessPolicy
from shared.core.grants import Grant
from shared.core.ids import new_id
from shared.core.stamp import Via, stamp_for
from tests.evidence.company import PIPELINE, POLICY, PROFILES, address_of, facts_of

POLICY_VERSION = hashlib.sha256(POLICY.encode()).hexdigest()[:16]


def made_id(*parts: object) -> str:
    """Make the id of a session or a grant of the history: always the same for the same parts."""
    return new_id(hashlib.sha256(repr(parts).encode()).digest()[:10])


@dataclass
class Day:
    """What happens on one day. `is_old`: lines as they were before they had facts."""

    at: datetime
    policy: AccessPolicy
    is_old: bool = False
    lines: list[dict[str, Any]] = field(default_factory=list)

    def when(self, clock: str) -> datetime:
        hours, minutes = clock.split(":")
        return self.at + timedelta(hours=int(hours), minutes=int(minutes))

    def say(self, service: str, clock: str, operation: str, user: str, **fields: Any) -> None:
        """Write a line; None leaves a field out."""
        at = self.when(clock)
        known = {
            "kind": "sentinel.audit",
            "schema_version": None if self.is_old else "1",
            "time": at.isoformat().replace("+00:00", "Z"),
            "service": service,
            "request_id": made_id("request", service, at, user, len(self.lines)),
            "deployment": "sentinel",
            "outcome": "answered",
            "operation": operation,
            "user": user,
            "authentication": "oidc" if user == PIPELINE else "sigv4",
            "source_ip": address_of(user),
            **fields,
        }
        self.lines.append({name: value for name, value in known.items() if value is not None})

    def vend(
        self,
        clock: str,
        user: str,
        profile: str,
        grant: Grant | None = None,
        asked: int | None = None,
        *,
        locked: bool = False,
    ) -> None:
        """Ask for credentials, and get them or the refusal that the policy gives."""
        facts = facts_of(self.when(clock), user, profile)
        decision = evaluate(self.policy, facts)
        requested = None if asked is None else timedelta(seconds=asked)
        around = Circumstances(
            is_enabled=profile in PROFILES,
            is_locked_out=locked,
            requested=requested,
            profile_cap=None,
            grants=() if grant is None else (grant,),
        )
        answer = around.authorize(decision, profile, facts.at)
        fields: dict[str, Any] = {"profile": profile, "duration_asked_s": asked, "policy_version": POLICY_VERSION}
        if not self.is_old:
            fields["facts"] = {**record_facts(self.policy, facts), **record_circumstances(around)}
        if not around.is_enabled:
            self.say("vend", clock, "GET /", user, outcome="refused", code="denied", **fields)
            return
        fields |= {"rule": decision.rule_name, "verdict": None if self.is_old else decision.verdict.value}
        if not isinstance(answer, Issue):
            self.say("vend", clock, "GET /", user, outcome="refused", code=answer.code.value, **fields)
            return
        stamp = stamp_for(answer.via, made_id("session", facts.at, user, profile), user)
        self.say(
            "vend", clock, "GET /", user, outcome="issued", via=answer.via.value, stamp=str(stamp),
            session_id=stamp.session_id, grant_id=None if answer.grant is None else answer.grant.grant_id,
            duration_given_s=int(answer.duration.total_seconds()), access_key_id=f"ASIA{stamp.session_id.upper()}",
            session_row="recorded", **fields,
        )  # fmt: skip

    def file(self, clock: str, user: str, profile: str) -> str:
        """File a request for approval, and give its id."""
        grant_id = made_id("grant", self.when(clock), user)
        self._ask(clock, "POST /v1/requests", user, profile, grant_id, "pending")
        return grant_id

    def decide(
        self,
        clock: str,
        by: str,
        step: str,
        grant_id: str,
        of: str,
        status: str,
        *,
        in_slack: bool = False,
        **fields: Any,
    ) -> None:
        """Take a step on a request: approve, deny or cancel it."""
        operation = f"POST /slack {step}_request" if in_slack else f"POST /v1/requests/{grant_id}/{step}"
        self.say(
            "admin", clock, operation, by, grant_id=grant_id, grant_user=of, grant_status=status,
            profile="prod-admin", rule="production", **fields,
        )  # fmt: skip

    def break_glass(self, clock: str, user: str, profile: str) -> str:
        """Begin an event, and give its id."""
        event_id = made_id("event", self.when(clock), user)
        self._ask(clock, "POST /v1/break-glass", user, profile, event_id, "active")
        return event_id

    def end_glass(self, clock: str, by: str, step: str, event_id: str, of: str) -> None:
        """Close or review an event."""
        self.say(
            "admin", clock, f"POST /v1/break-glass/{event_id}/{step}", by, grant_id=event_id, grant_user=of,
            grant_status={"close": "closed", "review": "reviewed"}[step], profile="prod-admin",
        )  # fmt: skip

    def _ask(self, clock: str, operation: str, user: str, profile: str, grant_id: str, status: str) -> None:
        facts = facts_of(self.when(clock), user, profile)
        decision = evaluate(self.policy, facts)
        assert decision.verdict is Verdict.REQUIRE_APPROVAL
        new = {} if self.is_old else {"verdict": decision.verdict.value, "facts": record_facts(self.policy, facts)}
        self.say(
            "admin", clock, operation, user, profile=profile, rule=decision.rule_name, grant_id=grant_id,
            grant_user=user, grant_status=status, duration_asked_s=3600, **new,
        )  # fmt: skip


def grant(day: Day, clock: str, via: Via, grant_id: str, profile: str = "prod-admin") -> Grant:
    """Give a grant of an hour from then on."""
    return Grant(via, grant_id, profile, day.when(clock), day.when(clock) + timedelta(hours=1))
