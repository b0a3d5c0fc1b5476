"""Saying that what was done was done for a name that nobody has ever had."""

from typing import Final

from sentinel.api.revocations import KnownName
from sentinel.terminal.output import note
from sentinel.terminal.targets import target_words

# The exit code of a command that did what it was asked to, of a name never seen.
NEVER_SEEN: Final = 3


def warn_unseen(known: KnownName | None, kind: str, name: str | None) -> int:
    """Say that a name was never seen, and which may have been meant. Give the exit code that follows."""
    if known is None or known.seen:
        return 0
    if known.seen is None:
        note(f"done, but whether {target_words(kind, name)} is known could not be looked up")
        return 0
    note(
        f"done, but {target_words(kind, name)} was never seen: no session, request or event is of that name, and no "
        "policy writes it"
    )
    if known.near:
        note(f"did you mean {' or '.join(known.near)}?")
    return NEVER_SEEN
