"""When credentials that are held serve, and when the service is asked again: for `credentials`, `exec` and `serve`.

- What is valid is kept.
- In the last third of its life, and at most for a while before its end, a new one is asked for. If the service refuses
  (the grant is used up, it is throttled) or is away, the one that is held serves on.
- It is dropped where the service says that the profile is no longer this caller's, and where it says of the session,
  which it is asked once a minute at most, that it is revoked or that its profile leads to another role by now.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Self

from sentinel.credentials.vended import VendedCredentials

CHECK_EVERY: Final = timedelta(minutes=1)
# The service's word that the profile is no longer this caller's. After any other refusal (a grant used up, a throttle,
# a login run out) what is held serves to its end, as it was granted.
WITHDRAWN: Final = frozenset({"denied", "locked_out", "unknown_caller", "not_found", "not_permitted"})


@dataclass(frozen=True, slots=True)
class Held:
    """Credentials, when they were vended, and when the service last said that they stand (UTC)."""

    credentials: VendedCredentials
    vended_at: datetime
    checked_at: datetime

    @classmethod
    def new(cls, credentials: VendedCredentials, now: datetime) -> Self:
        return cls(credentials, now, now)

    def is_valid(self, now: datetime) -> bool:
        return now < self.credentials.expires_at

    def wants_renewal(self, now: datetime, ahead: timedelta) -> bool:
        """Whether a new one should be asked for; `ahead` is how long before the end at most."""
        life = self.credentials.expires_at - self.vended_at
        return self.credentials.remaining(now) <= min(ahead, life / 3)

    def wants_check(self, now: datetime) -> bool:
        """Whether it is time to ask whether the session stands."""
        return self.credentials.session_id is not None and now - self.checked_at >= CHECK_EVERY

    def checked(self, now: datetime) -> Self:
        return replace(self, checked_at=now)
