"""Why an admin call is refused, in words its caller can act on: what every call shares."""

from typing import Final

from services.admin.facts import Asking
from shared.aws.budget import Exhausted
from shared.edge.answers import Refusal
from shared.edge.codes import Code

NOT_FOUND: Final = Refusal(Code.NOT_FOUND, "There is nothing with this id, or nothing you may see.")
NEEDS_READ: Final = Refusal(
    Code.NOT_PERMITTED,
    "This takes the permission read of the admin policy; your own are there without it.",
)

NEEDS_REVOKE: Final = Refusal(
    Code.NOT_PERMITTED,
    "This takes the permission revoke of the admin policy; your own sessions you end without it.",
)
NEEDS_LOCK: Final = Refusal(Code.NOT_PERMITTED, "Lockouts take the permission lock of the admin policy.")


def refuse_over_budget(user: str, budget: Exhausted) -> Refusal:
    return Refusal(
        Code.THROTTLED,
        f"{user} has changed too much this minute. Wait {budget.retry_after_s} seconds.",
        retry_after_s=budget.retry_after_s,
    )


def refuse_asking(known: Asking, user: str, profile: str) -> Refusal | None:
    """Refuse what no policy has to be asked about; in the order in which a vend does."""
    if isinstance(known.budget, Exhausted):
        return refuse_over_budget(user, known.budget)
    if known.policies.usable_profile is None:
        return refuse_profile(user, profile)
    if known.standing.is_locked_out:
        return Refusal(Code.LOCKED_OUT, f"A lockout stops new grants and credentials for {user} and {profile}.")
    return None


def refuse_profile(user: str, profile: str) -> Refusal:
    """Refuse an unknown or disabled profile in the words of one that no rule gives: they look alike from outside."""
    return Refusal(Code.DENIED, f"No rule of the access policy gives {user} the profile {profile}, or there is none.")


def refuse_contended(kind: str) -> Refusal:
    return Refusal(Code.CONFLICT, f"Others are changing this {kind} at this very moment; nothing was done. Try again.")
