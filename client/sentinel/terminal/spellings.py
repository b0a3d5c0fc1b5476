"""Spellings of the previous release. They work for one release more, and a line on stderr names the new one."""

from collections.abc import Mapping, Sequence
from typing import Final

from shared.core.ids import is_id

_MOVED: Final[Mapping[str, tuple[str, str]]] = {
    "approve": ("request", "approve"),
    "deny": ("request", "deny"),
    "cancel": ("request", "cancel"),
    "close": ("break-glass", "close"),
    "review": ("break-glass", "review"),
    "revoke": ("session", "revoke"),
    "unlock": ("lock", "lift"),
    "locks": ("lock", "list"),
}
# These listed, and showed one where an id was given.
_PLURALS: Final[Mapping[str, str]] = {"requests": "request", "break-glasses": "break-glass", "sessions": "session"}
# These were verbs; the reason was required.
_BEGAN: Final[Mapping[str, str]] = {"request": "create", "break-glass": "start", "lock": "create"}
_VERBS: Final = frozenset({"create", "start", "list", "show", "approve", "deny", "cancel", "close", "review"}) | {
    "revoke",
    "lift",
}
OLD_NAMES: Final = frozenset(_MOVED.keys() | _PLURALS.keys())


def respell(words: Sequence[str]) -> tuple[str, ...]:
    """Name the command that an earlier spelling means: its group and its name. Empty where the words are current."""
    name, rest = words[0], words[1:]
    if name in _MOVED:
        return _MOVED[name]
    has_id = any(
        is_id(word) and before not in {"--user", "--profile"} for before, word in zip(words, rest, strict=False)
    )
    if name in _PLURALS:
        return _PLURALS[name], "show" if has_id else "list"
    if not rest or rest[0] in _VERBS:
        return ()
    if name in _BEGAN and any(word.startswith("--reason") for word in rest):
        return name, _BEGAN[name]
    if name == "session" and has_id:
        return name, "show"
    return ()
