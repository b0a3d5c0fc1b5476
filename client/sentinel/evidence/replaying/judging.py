"""One line under another policy: what came of the request, and what would have, with grants and lockouts as they were.

A line is data from elsewhere. One that cannot be read is counted and shown, never guessed at, and never an error.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple

from sentinel.evidence.records import SESSION_KIND
from sentinel.evidence.replaying.deciding import PolicyIndex
from sentinel.evidence.replaying.estimates import estimate_facts
from sentinel.evidence.replaying.outcomes import ISSUED, PROFILE_NOT_OFFERED, REFUSALS, VERDICTS, Outcome, outcome_of
from sentinel.evidence.restoring import names_not_recorded, restore_circumstances
from shared.core.access.authorize import RefusalCode
from shared.core.access.evaluate import Decision, Verdict
from shared.core.access.recorded import Circumstances
from shared.core.access.schema import AccessPolicy
from shared.core.profile import Profile
from shared.core.stamp import Via
from shared.core.sts_refusals import StsRefusal

Fields = Mapping[str, Any]
_VEND: Final = "vend"
_VENDS: Final = ((_VEND, "GET /"), (_VEND, "POST /"))
# On what an access policy decides.
_DECIDED: Final = (*_VENDS, ("admin", "POST /v1/requests"), ("admin", "POST /v1/break-glass"))
NO_RULE: Final = "no rule"
# Error codes of requests that the access policy did not decide.
_OTHER_CODES: Final = frozenset(
    {"throttled", "unknown_caller", "invalid_request", "unavailable", *(each.value for each in StsRefusal)}
)
# Refusals in whose place a grant might have served.
_SERVED: Final = frozenset({RefusalCode.APPROVAL_REQUIRED.value, RefusalCode.DENIED.value})
_UNUSABLE: Final = (KeyError, TypeError, ValueError, AttributeError, ArithmeticError)


class Inexact(StrEnum):
    """Why a line does not say for certain what another policy would have done."""

    NAMES = "names_not_recorded"  # this policy reads claims or groups that the line does not hold
    GRANTS = "grants_not_recorded"  # an allow needed none, and they could not be read then
    SHORTENED = "shortened"  # the facts were too long for the line
    NO_FACTS = "no_facts"  # written before lines held facts
    SESSION_ROW = "session_row"  # a row of the sessions, not a line
    UNUSABLE = "unusable"  # the facts are not Sentinel's


class Aside(StrEnum):
    """Why the outcome was not the policy's; the error code of the response is another such reason."""

    GRANT_USED = "grant_used"  # another vend used the approval in the same moment
    NOT_OFFERED = "profile_not_offered"  # no such profile, or a disabled one, and no new profiles are given
    UNKNOWN = "not_decided"


class NotDecided(NamedTuple):
    """A request whose outcome was not the policy's."""

    reason: str


class Judged(NamedTuple):
    """A request under the new policy. `after` None: it cannot be said; `inexact` None: it is exact.

    `rules_after` are all that may decide, in their order: mostly one.
    """

    user: str
    profile: str
    at: str
    request_id: str
    before: Outcome | None
    after: Outcome | None
    rule_before: str
    rules_after: tuple[str, ...]
    inexact: Inexact | None = None
    detail: str = ""

    @property
    def rule_after(self) -> str:
        return " or ".join(self.rules_after)


class Replay:
    """A policy, and profiles if they are to be new as well, to judge lines by."""

    def __init__(self, policy: AccessPolicy, catalogue: Mapping[str, Profile] | None = None) -> None:
        self._policy = policy
        self._index = PolicyIndex(policy)
        self._catalogue = catalogue

    def judge(self, line: Fields) -> Judged | NotDecided | None:
        """Judge a line or a row; None for one on which no access policy decided."""
        try:
            if line["kind"] == SESSION_KIND:
                return self._estimate(line, Inexact.SESSION_ROW)
            if facts := line.get("facts"):
                return self._judge(line, facts)
            if "facts" in line.get("shortened", ()):
                return self._estimate(line, Inexact.SHORTENED)
            return self._judge_without_facts(line)
        except _UNUSABLE as error:
            return _unusable(line, error)

    def _judge_without_facts(self, line: Fields) -> Judged | NotDecided | None:
        """Judge a line that has no facts as no policy decided, or as it is from before lines held any."""
        operation = (line.get("service"), line.get("operation"))
        if operation not in _DECIDED:
            return None
        code = line.get("code")
        if "schema_version" in line or code in _OTHER_CODES:
            return NotDecided(code if code in _OTHER_CODES else Aside.UNKNOWN) if operation in _VENDS else None
        return self._estimate(line, Inexact.NO_FACTS)

    def _judge(self, line: Fields, facts: Fields) -> Judged | NotDecided:
        circumstances = restore_circumstances(facts)
        before = self._before(line, circumstances)
        if isinstance(before, NotDecided):
            return before
        decisions = self._index.decide(facts)
        after = self._outcome(decisions, facts, circumstances)
        inexact, detail = None, ""
        if after is None:
            inexact, detail = Inexact.NAMES, ", ".join(names_not_recorded(self._policy, facts))
        elif circumstances is not None and circumstances.grants is None and _could_be_served(decisions, after):
            inexact = Inexact.GRANTS
        return _judged(line, facts, before, decisions, after, inexact, detail)

    def _estimate(self, line: Fields, reason: Inexact) -> Judged | NotDecided:
        """Judge by what a line or a row holds apart from its facts."""
        facts, unknown = estimate_facts(line)
        is_vend = line["kind"] == SESSION_KIND or line.get("service") == _VEND
        circumstances = restore_circumstances(facts) if is_vend else None
        # What came of a request that vends nothing was not written before there were facts.
        before = self._before(line, circumstances) if is_vend or "verdict" in line else None
        if isinstance(before, NotDecided):
            return before
        decisions = self._index.decide(facts, unknown)
        after = None if before is None else self._outcome(decisions, facts, circumstances)
        return _judged(line, facts, before, decisions, after, reason)

    def _before(self, line: Fields, circumstances: Circumstances | None) -> Outcome | NotDecided:
        before = _before(line, circumstances)
        return NotDecided(Aside.NOT_OFFERED) if before == PROFILE_NOT_OFFERED and self._catalogue is None else before

    def _outcome(
        self, decisions: Sequence[Decision], facts: Fields, circumstances: Circumstances | None
    ) -> Outcome | None:
        """Give the outcome; None where decisions that are all possible have different ones."""
        first, *others = (self._outcome_by(decision, facts, circumstances) for decision in decisions)
        return first if all(other == first for other in others) else None

    def _outcome_by(self, decision: Decision, facts: Fields, circumstances: Circumstances | None) -> Outcome:
        if circumstances is None:
            return VERDICTS[decision.verdict]
        if self._catalogue is not None:
            profile = self._catalogue.get(facts["profile"])
            if profile is None or not profile.enabled:
                return PROFILE_NOT_OFFERED
            circumstances = replace(circumstances, profile_cap=profile.max_duration)
        elif not circumstances.is_enabled:
            return PROFILE_NOT_OFFERED
        at = datetime.fromisoformat(facts["at"])
        return outcome_of(circumstances.authorize(decision, facts["profile"], at))


def _before(line: Fields, circumstances: Circumstances | None) -> Outcome | NotDecided:
    """Read what came of the request."""
    if circumstances is None:
        return VERDICTS[line["verdict"]]
    outcome, code = line["outcome"], line.get("code")
    if outcome == ISSUED:
        seconds = line["duration_given_s"]
        if type(seconds) is not int:
            raise TypeError("duration_given_s is not a number")
        return Outcome(ISSUED, Via(line["via"]).value, seconds)
    if outcome == "refused" and code in REFUSALS:
        if line.get("via") is not None:
            return NotDecided(Aside.GRANT_USED)
        return REFUSALS[code] if circumstances.is_enabled else PROFILE_NOT_OFFERED
    return NotDecided(code if code in _OTHER_CODES else Aside.UNKNOWN)


def _could_be_served(decisions: Sequence[Decision], after: Outcome) -> bool:
    """Whether a grant would have led to another outcome."""
    return after.code in _SERVED and any(
        decision.verdict is Verdict.REQUIRE_APPROVAL or decision.rule is None or decision.rule.yields_to_break_glass
        for decision in decisions
    )


def _judged(
    line: Fields,
    facts: Fields,
    before: Outcome | None,
    decisions: Sequence[Decision],
    after: Outcome | None,
    inexact: Inexact | None,
    detail: str = "",
) -> Judged:
    rules_after = tuple(decision.rule_name or NO_RULE for decision in decisions)
    ids = line.get("request_id") or "", line.get("rule") or NO_RULE
    names = facts["user"], facts["profile"], facts["at"], *ids
    if set(map(type, names)) != {str}:
        raise TypeError("a name is not text")
    user, profile, at, request_id, rule_before = names
    return Judged(user, profile, at, request_id, before, after, rule_before, rules_after, inexact, detail)


def _unusable(line: Fields, error: Exception) -> Judged:
    user, profile, at, request_id, rule = (
        value if isinstance(value := line.get(name), str) else "?"
        for name in ("user", "profile", "time", "request_id", "rule")
    )
    return Judged(user, profile, at, request_id, None, None, rule, (), Inexact.UNUSABLE, str(error))
