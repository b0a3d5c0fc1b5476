"""What must come of a fault: design §10, and docs/architecture.md "What fails how", as one table.

It is written down from those pages. Nothing here is read from the code that is tested.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from tests.faults.kinds import Effect
from tests.faults.stories import Role


class Answer(StrEnum):
    """What the caller hears."""

    AS_EVER = "as ever"
    UNAVAILABLE = "503 unavailable"
    THROTTLED = "429 throttled"
    ROLE_REFUSED = "403 role_refused"
    NOT_PASSED = "not passed"


class Left(StrEnum):
    """What the tables hold: one of a story's own states."""

    BEFORE = "before"
    AFTER = "after"
    RECORDED = "what the record alone leaves"
    FAILED = "failed"
    UNMARKED = "unmarked"
    HELD = "after, and the lease held until it ends"


@dataclass(frozen=True, slots=True)
class Outcome:
    """`says`: that the answer, or the audit line, tells of the failure although the request did what it should."""

    answer: Answer
    left: Left
    says: bool = False


_AS_EVER: Final = Outcome(Answer.AS_EVER, Left.AFTER)
_UNAVAILABLE: Final = Outcome(Answer.UNAVAILABLE, Left.BEFORE)
_HOLDS: Final = Outcome(Answer.AS_EVER, Left.AFTER, says=True)
_UNMARKED: Final = Outcome(Answer.AS_EVER, Left.UNMARKED, says=True)
_NOT_PASSED: Final = Outcome(Answer.NOT_PASSED, Left.BEFORE)
_NOT_ISSUED: Final = Outcome(Answer.UNAVAILABLE, Left.FAILED)
_LEFT_AS_USED: Final = Outcome(Answer.UNAVAILABLE, Left.AFTER)
_THROTTLED: Final = {Effect.THROTTLED: Outcome(Answer.THROTTLED, Left.BEFORE)}

# By what a call is to its request: what follows where it does not succeed, and which effects are other than that.
TABLE: Final[Mapping[Role, tuple[Outcome, Mapping[Effect, Outcome]]]] = {
    # "grants, lockouts, budget, session row: refuse 503; no credential"; 429 where AWS throttles (docs/errors.md).
    Role.FACT: (_UNAVAILABLE, _THROTTLED),
    # What was done and not heard of is not delivered; for a vend that is a row without a credential, never the reverse.
    Role.RECORD: (_UNAVAILABLE, _THROTTLED | {Effect.LOST: replace(_UNAVAILABLE, left=Left.RECORDED)}),
    # What may have used up a grant, its response lost, is undone.
    Role.CONSUMPTION: (_UNAVAILABLE, _THROTTLED | {Effect.LOST: _NOT_ISSUED}),
    # "a document unreadable: last good version within its limit".
    Role.KNOWN: (_HOLDS, {}),
    # "STS refuses or throttles: 503 / 429 with Retry-After; the row is marked failed", a once grant given back.
    # What STS will refuse again has a code of its own (docs/errors.md).
    Role.ISSUE: (
        _NOT_ISSUED,
        {
            Effect.THROTTLED: Outcome(Answer.THROTTLED, Left.FAILED),
            Effect.REFUSED: Outcome(Answer.ROLE_REFUSED, Left.FAILED),
        },
    ),
    # "if that fails too the grant stays used and the audit line says so".
    Role.COMPENSATION: (
        _LEFT_AS_USED,
        dict.fromkeys([Effect.PASSES, Effect.LOST, Effect.LOST_ONCE], _NOT_ISSUED),
    ),
    # The action holds; retried; recorded as notified: false in the audit line and the response.
    Role.NOTICE: (_HOLDS, {}),
    # docs/revocation.md: whether a name was ever seen is said where it can be looked up; what was asked for is done.
    Role.ASIDE: (_HOLDS, {}),
    # The revocation holds; the response says kill_switch: failed.
    Role.SWITCH: (_HOLDS, {}),
    # No call gives back a lease that was taken without an answer.
    Role.TAKING: (_HOLDS, {Effect.LOST: replace(_HOLDS, left=Left.HELD)}),
    # The lease is not given back, and ends by itself; whether the work was done under it is unknown.
    Role.RELEASE: (replace(_HOLDS, left=Left.HELD), {Effect.LOST: _HOLDS}),
    # Rows cannot be marked: the revocation holds; marking continues with the next call.
    Role.MARK: (_UNMARKED, {}),
    Role.PROGRESS: (_UNMARKED, {Effect.LOST: _HOLDS}),
    # "STS or a table does not answer the authorizer: the request does not pass".
    Role.STANDING: (_NOT_PASSED, {}),
    Role.PROOF: (_NOT_PASSED, {}),
}
# Calls that may be made twice although the first may still be under way: docs/settings.md, SENTINEL_CALL_TIMEOUT ("once
# more where that can do no harm"): reads, AssumeRole, and transactions, which carry a token. Others are not.
MADE_ONCE: Final = frozenset({"CreatePolicyVersion", "GetCallerIdentity", "Publish", "PutItem", "UpdateItem"})


def expected(role: Role, operation: str, effect: Effect) -> Outcome:
    """Say what must come of an effect on a call."""
    cured = {Effect.PASSES, Effect.LOST_ONCE}
    if effect is Effect.SILENCE_ONCE:
        effect = Effect.SILENCE if operation in MADE_ONCE else Effect.PASSES
    usual, others = TABLE[role]
    if effect in others:
        return others[effect]
    return _AS_EVER if effect in cured else usual
