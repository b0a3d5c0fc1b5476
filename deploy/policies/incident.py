"""The calls of an incident: finding and ending sessions, lockouts, the kill switch. They have their own routes.

API Gateway throttles by route (HTTP APIs) and by method (REST APIs). On the common route of everything else below /v1,
other traffic could use up the limit of these calls.
"""

from typing import Final

from services.admin.api import ENDPOINTS

_SUBJECTS: Final = frozenset({"sessions", "revocations", "lockouts", "kill-switch"})
# Methods with their paths. A REST API has no other method below these paths, so the list must be complete.
INCIDENT_ROUTES: Final = tuple((call.method, call.path) for call in ENDPOINTS if call.path.split("/")[2] in _SUBJECTS)
