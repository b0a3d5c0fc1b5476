"""Why an admin call is refused, in words its caller can act on: what every call shares."""

from collections.abc import Collection
from typing import Final

from shared.aws.dynamodb.rate_limit import Limited
from shared.core.access.authorize import no_rule_gives
from shared.core.grants import Lockout
from shared.core.subjects import ALL_SUBJECT
from shared.edge.error_codes import Code
from shared.edge.lockouts import lockout_words
from shared.edge.responses import Refusal

NOT_FOUND: Final = Refusal(Code.NOT_FOUND, "There is nothing with this id, or nothing you may see.")
NEEDS_READ: Final = Refusal(
    Code.NOT_PERMITTED,
    "What others have is listed with the permission read of the admin policy; your own is listed without it.",
)
NEEDS_READ_OF_ALL: Final = Refusal(
    Code.NOT_PERMITTED,
    "Lockouts and the kill switch concern everyone: to see them takes a permission of the admin policy.",
)

NEEDS_REVOKE: Final = Refusal(
    Code.NOT_PERMITTED,
    "This takes the permission revoke of the admin policy; your own sessions you end without it.",
)
NEEDS_LOCK: Final = Refusal(Code.NOT_PERMITTED, "Lockouts take the permission lock of the admin policy.")


def refuse_chat(profile: str) -> Refusal:
    """Refuse a caller from the chat where the approval rule asks for a better proof."""
    return Refusal(
        Code.NOT_PERMITTED,
        f"The approval rule of {profile} does not accept the chat as proof of who you are: use `sentinel` or the "
        "console.",
        hint="The owner of the approval policy may write chat: true in that rule.",
    )


def refuse_unseen(kind: str, state: str) -> Refusal:
    """Refuse a step by a caller who was shown another state than the present one."""
    return Refusal(
        Code.CONFLICT, f"This {kind} has changed since you were shown it; nothing was done. It is {state} now."
    )


def refuse_over_budget(user: str, budget: Limited) -> Refusal:
    return Refusal(
        Code.THROTTLED,
        f"{user} has changed too much this minute. Wait {budget.retry_after_s} seconds.",
        retry_after_s=budget.retry_after_s,
    )


def refuse_asker(user: str, profile: str, lockouts: Collection[Lockout]) -> Refusal:
    """Refuse to give anything new while user, profile or everyone is locked out."""
    words = lockout_words(lockouts, user, profile)
    return Refusal(Code.LOCKED_OUT, f"A lockout of {words.whom} stops new grants and credentials {words.until}.")


def refuse_actor(user: str, lockouts: Collection[Lockout]) -> Refusal:
    """Refuse what may not be done while one is locked out, and say what may."""
    words = lockout_words(lockouts, user)
    if all(lockout.subject == ALL_SUBJECT for lockout in lockouts):
        return Refusal(
            Code.LOCKED_OUT,
            f"Everyone is locked out {words.until}: nothing is approved or reviewed. To revoke, to end grants and to "
            "lift lockouts is not stopped.",
        )
    own = [lockout for lockout in lockouts if lockout.subject != ALL_SUBJECT]
    return Refusal(
        Code.LOCKED_OUT,
        f"{user} is locked out {lockout_words(own, user).until}, under all of their names: they revoke, cancel and "
        "close what is their own, and change nothing else. Another person can.",
    )


def refuse_profile(user: str, profile: str) -> Refusal:
    """Refuse an unknown or disabled profile in the words of one that no rule gives: they look alike from outside."""
    return Refusal(Code.DENIED, no_rule_gives(user, profile))


def refuse_conflict(kind: str) -> Refusal:
    return Refusal(Code.CONFLICT, f"Others are changing this {kind} at this very moment; nothing was done. Try again.")
