"""The calls of an incident: finding and ending sessions, lockouts, the kill switch. Routes of their own lead to them.

API Gateway counts requests by route (HTTP APIs) and by method (REST APIs). Behind the one route of everything else
below /v1, these calls would wait for whatever else is asked there.
"""

from typing import Final

from services.admin.calls import CALLS

_SUBJECTS: Final = frozenset({"sessions", "revocations", "lockouts", "kill-switch"})
# Methods with their paths. A REST API answers no other below these paths, so none of their calls may be missing.
INCIDENT_ROUTES: Final = tuple((call.method, call.path) for call in CALLS if call.path.split("/")[2] in _SUBJECTS)
