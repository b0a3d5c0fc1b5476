"""From an exception to the refusal for the caller: an exception means that no decision was possible."""

import traceback
from dataclasses import dataclass
from typing import Final

from shared.aws.errors import AwsError, ThrottledError
from shared.edge.error_codes import Code
from shared.edge.responses import Refusal

_THROTTLED_RETRY_AFTER_S: Final = 2
_UNAVAILABLE: Final = Refusal(
    Code.UNAVAILABLE,
    "Sentinel could not decide, so no credentials were issued. Try again in a moment.",
)
_THROTTLED: Final = Refusal(
    Code.THROTTLED,
    f"AWS is throttling Sentinel. Try again in {_THROTTLED_RETRY_AFTER_S} seconds.",
    retry_after_s=_THROTTLED_RETRY_AFTER_S,
)


@dataclass(frozen=True, slots=True)
class Indeterminate:
    """The refusal for the caller; and, for the log, the dependency and the reason."""

    refusal: Refusal
    dependency: str
    detail: str


class IndeterminateError(Exception):
    """Data needed for a decision is missing or inconsistent. The message is for the log, never for the caller."""

    def __init__(self, dependency: str, detail: str) -> None:
        super().__init__(detail)
        self.dependency = dependency


def refusal_for(error: Exception) -> Indeterminate:
    """Translate an exception that prevented a decision. The refusal does not reveal the dependency."""
    worst = _most_severe(error)
    match worst:
        case ThrottledError():
            return Indeterminate(_THROTTLED, worst.dependency, str(worst))
        case AwsError() | IndeterminateError():
            return Indeterminate(_UNAVAILABLE, worst.dependency, str(worst))
        case TimeoutError():
            return Indeterminate(_UNAVAILABLE, "deadline", "the deadline passed before every response arrived")
        case _:
            return Indeterminate(_UNAVAILABLE, "sentinel", _locate(worst))


def _most_severe(error: Exception) -> Exception:
    """Find the most severe error of a TaskGroup: an unknown one before a known one, throttling last."""
    if not isinstance(error, ExceptionGroup):
        return error
    return max(map(_most_severe, error.exceptions), key=_severity)


def _severity(error: Exception) -> int:
    match error:
        case ThrottledError():
            return 0
        case AwsError() | IndeterminateError() | TimeoutError():
            return 1
        case _:
            return 2


def _locate(error: Exception) -> str:
    """Describe an unexpected error by its type and frames, never by its text, which may hold secrets."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    places = " < ".join(
        f"{frame.name} ({frame.filename.rpartition('/')[2]}:{frame.lineno})" for frame in reversed(frames)
    )
    return f"{type(error).__name__} in {places}"
