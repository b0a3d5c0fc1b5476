"""The schedule of the follow-up: what the admin Lambda is invoked with, how often, and when its absence is an alarm."""

import json
from datetime import timedelta
from typing import Final

FOLLOW_UP_EVENT: Final = json.dumps({"task": "follow-up"})
"""The event of the schedule, as text."""
INTERVAL: Final = timedelta(minutes=5)
AGE_METRIC: Final = "follow_up_age_s"
# Time enough for five runs, of which one completes what others left.
ALARM_AFTER: Final = timedelta(minutes=30)
