"""`GET /profiles`: the catalogue as this caller sees it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from services.vend.facts import FactsReader
from shared.core.access.evaluate import Decision, Verdict, evaluate
from shared.core.profile import Profile, is_profile_name
from shared.edge.caller_facts import note_documents
from shared.edge.deciding import facts_of
from shared.edge.error_codes import Code
from shared.edge.lambda_app import RequestContext
from shared.edge.responses import Refusal, Response

_ACCESS: Final = {Verdict.ALLOW: "allowed", Verdict.REQUIRE_APPROVAL: "approval", Verdict.DENY: "denied"}


@dataclass(frozen=True, slots=True)
class CatalogueService:
    """Lists profiles. `clock` gives the present instant in UTC."""

    reader: FactsReader
    clock: Callable[[], datetime]

    async def list_profiles(self, ctx: RequestContext) -> Response | Refusal:
        """Say of each enabled profile what the access policy gives this caller now, and why; grants are not counted."""
        if ctx.request.query:
            return Refusal(Code.INVALID_REQUEST, "GET /profiles takes no parameters: leave the query string out.")
        now = self.clock()
        with ctx.audit.step("read"):
            catalogue = await self.reader.read_catalogue()
        note_documents(ctx.audit, catalogue.documents)
        # Parameter Store takes names that no profile can have: no caller can ask for one, and clients read none.
        named = {name: profile for name, profile in catalogue.profiles.items() if is_profile_name(name)}
        unreadable = sorted(catalogue.profiles.keys() - named.keys())
        ctx.audit.unreadable.extend(unreadable)
        entries = [
            _entry(name, profile, evaluate(catalogue.policy, facts_of(ctx, name, now)))
            for name, profile in sorted(named.items())
            if profile is None or profile.enabled
        ]
        return Response({"profiles": entries, "unreadable": unreadable})


def _entry(name: str, profile: Profile | None, decision: Decision) -> Mapping[str, Any]:
    if profile is None:
        reason = "its document cannot be read; the platform team can see why with `sentinel policy validate`"
        return {"name": name, "access": "denied", "reason": reason}
    return {
        "name": name,
        "description": profile.description,
        "account": profile.role_account,
        "region": profile.region,
        "access": _ACCESS[decision.verdict],
        "reason": _reason(decision),
    }


def _reason(decision: Decision) -> str:
    if decision.rule is None:
        return "no rule gives it"
    return decision.rule.reason or f"rule {decision.rule.name}"
