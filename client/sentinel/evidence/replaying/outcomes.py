"""What came of a request, and what would have come of it: as values that are compared and put in words."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from shared.core.access.authorize import Issue, RefusalCode, Refuse
from shared.core.access.evaluate import Verdict
from shared.core.stamp import Via

ISSUED: Final = "issued"
NOT_OFFERED: Final = "not_offered"


class Outcome(NamedTuple):
    """`code` is `issued`, a refusal's, `not_offered`, or the policy's verdict on a request that vends nothing.

    `seconds` is how long what was issued lasts.
    """

    code: str
    via: str | None = None
    seconds: int | None = None

    @property
    def words(self) -> str:
        """Name it without its duration: `issued`, `issued via approval`, `approval_required`."""
        if self.code in VERDICTS:
            return f"on a request: {self.code}"
        return self.code if self.via in (None, Via.DIRECT.value) else f"{self.code} via {self.via}"


PROFILE_NOT_OFFERED: Final = Outcome(NOT_OFFERED)
REFUSALS: Final = {code.value: Outcome(code.value) for code in RefusalCode}
VERDICTS: Final = {verdict.value: Outcome(verdict.value) for verdict in Verdict}
# How much access it is: to be refused for good, to need more than was there, to have it by a grant, to have it.
_LEVELS: Final[Mapping[str, int]] = {
    NOT_OFFERED: 0,
    RefusalCode.DENIED.value: 0,
    RefusalCode.LOCKED_OUT.value: 0,
    Verdict.DENY.value: 0,
    RefusalCode.APPROVAL_REQUIRED.value: 1,
    RefusalCode.GRANT_ENDING.value: 1,
    Verdict.REQUIRE_APPROVAL.value: 1,
    Verdict.ALLOW.value: 3,
}


class Change(StrEnum):
    """What a change means to the caller."""

    LESS = "less"
    MORE = "more"
    OTHER = "other"  # as much, by another way: another refusal, or another kind of grant


def outcome_of(authorization: Issue | Refuse) -> Outcome:
    """Give the outcome of an authorization."""
    if isinstance(authorization, Refuse):
        return REFUSALS[authorization.code]
    return Outcome(ISSUED, authorization.via.value, int(authorization.duration.total_seconds()))


def compare(before: Outcome, after: Outcome) -> Change | None:
    """Say what changes for the caller; None where nothing does."""
    if before == after:
        return None
    was, would_be = _level(before), _level(after)
    if was == would_be and before.code == after.code and before.via == after.via:
        was, would_be = before.seconds or 0, after.seconds or 0
    if was == would_be:
        return Change.OTHER
    return Change.LESS if would_be < was else Change.MORE


def words_after(before: Outcome, after: Outcome) -> str:
    """Name an outcome as compared with the one before, from which it may differ in its duration only."""
    if before.words != after.words or before.seconds == after.seconds:
        return after.words
    return f"{after.words}, {'shorter' if (after.seconds or 0) < (before.seconds or 0) else 'longer'}"


def _level(outcome: Outcome) -> int:
    if outcome.code == ISSUED:
        return 3 if outcome.via == Via.DIRECT.value else 2
    return _LEVELS[outcome.code]
