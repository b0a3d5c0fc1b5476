"""The vend Lambda as deployed, but for one threshold: here a grant serves to its last second.

Deployed, a grant with under a minute left is not used, so a credential lives a minute at least and an SDK would have
to run that long before it needs a second one. No clock is touched: what is vended really ends when it says.
"""

from datetime import timedelta

from services.vend.handler import handler
from shared.core.access import authorize

authorize.GRANT_ENDING = timedelta(0)  # type: ignore[misc]

__all__ = ["handler"]
