"""Lockouts as refusals name them: of whom and until when. Author and reason are only for those who may list them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.core.grants import Lockout
from shared.core.subjects import ALL_SUBJECT, profile_subject
from shared.edge.timestamps import format_timestamp

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class LockoutWords:
    """`whom` is the user, the profile or everyone; `until` says when it ends."""

    whom: str
    until: str


def lockout_words(lockouts: Iterable[Lockout], user: str, profile: str = "") -> LockoutWords:
    """Describe the lockout that lasts longest of those that stop a user and a profile.

    Raises:
        ValueError: there is no lockout.

    """
    longest = max(lockouts, key=lambda lockout: lockout.ends_at or _NEVER)
    until = "until it is lifted" if longest.ends_at is None else f"until {format_timestamp(longest.ends_at)}"
    if longest.subject == ALL_SUBJECT:
        return LockoutWords("everyone", until)
    if longest.subject == profile_subject(profile):
        return LockoutWords(f"the profile {profile}", until)
    return LockoutWords(f"the user {user}", until)
