"""Names that may have been meant, for the refusal of one that the service does not show."""

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from difflib import get_close_matches
from typing import Any, Final

from sentinel.errors import ClientError, RefusedError
from sentinel.settings import Settings
from sentinel.terminal.names import known_groups, known_profiles

# Refusals that a profile gets which does not exist: the service does not say which of the two it is.
_UNKNOWN: Final = frozenset({"denied", "not_found"})
_KNOWN: Final[Mapping[str, Callable[[Settings], Collection[str]]]] = {
    "profile": known_profiles,
    "group": known_groups,
}


def suggest_name(settings: Settings, refused: RefusedError, arguments: Mapping[str, Any]) -> RefusedError:
    """Add the profile or the group that may have been meant to the refusal of a command with these arguments."""
    kind = next((each for each in _KNOWN if arguments.get(each) is not None), None)
    if kind is None or refused.code not in _UNKNOWN:
        return refused
    with suppress(ClientError):
        known = _KNOWN[kind](settings)
        near = [] if arguments[kind] in known else get_close_matches(arguments[kind], known, 2)
        if near:
            hint = f"did you mean {' or '.join(near)}?"
            return RefusedError(replace(refused.refusal, hint=f"{hint} {refused.hint}".strip()))
    return refused
