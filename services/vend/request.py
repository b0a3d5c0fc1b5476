"""What is asked of the vend service: a profile and, if the caller likes, a duration. A client never names a role."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from shared.core.access.authorize import is_requestable
from shared.core.durations import MalformedDurationError, parse_duration
from shared.core.profile import is_profile_name
from shared.edge.error_codes import Code
from shared.edge.http_request import HttpRequest, parse_json_object
from shared.edge.responses import Refusal

_PARAMETERS: Final = ("profile", "duration")


@dataclass(frozen=True, slots=True)
class VendRequest:
    profile: str
    duration: timedelta | None


def parse_vend_request(request: HttpRequest) -> VendRequest | Refusal:
    """Read `GET /?profile=P&duration=S` or `POST /` with the same two in a JSON object."""
    if request.method == "GET":
        return _parse_parameters(request.query, "query parameter")
    if request.query:
        return _invalid("POST takes its parameters in the JSON body: leave the query string out")
    body = parse_json_object(request)
    return body if isinstance(body, Refusal) else _parse_parameters(body, "field")


def _parse_parameters(parameters: Mapping[str, Any], kind: str) -> VendRequest | Refusal:
    if unknown := next((name for name in parameters if name not in _PARAMETERS), None):
        return _invalid(f"unknown {kind} {unknown[:64]!a}; there are profile and duration")
    profile = parameters.get("profile")
    if profile is None or profile == "":
        return _invalid(f"the {kind} profile is missing: name the profile you want; `sentinel profiles` lists them")
    if not isinstance(profile, str) or not is_profile_name(profile):
        return _invalid("profile must be 1 to 64 of the characters A-Z a-z 0-9 . _ -")
    if "duration" not in parameters:
        return VendRequest(profile, None)
    return _with_duration(profile, parameters["duration"])


def _with_duration(profile: str, value: object) -> VendRequest | Refusal:
    try:
        duration = parse_duration(value)
    except MalformedDurationError as error:
        return _invalid(f"duration cannot be read: {error}")
    if not is_requestable(duration):
        return _invalid("duration must be from 900 seconds (15m) to 43200 (12h): STS issues nothing else")
    return VendRequest(profile, duration)


def _invalid(message: str) -> Refusal:
    return Refusal(Code.INVALID_REQUEST, f"{message}.")
