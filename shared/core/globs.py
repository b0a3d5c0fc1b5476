"""Globs on names: `*` is any run of characters, `?` is one, both never `/`; everything else, `[` too, is literal.

Globs on claims also have `**`, any run of characters with slashes.
"""

import re
from collections.abc import Iterable
from typing import Final

_TOKENS: Final = re.compile(r"\*\*+|.", re.DOTALL)


def matches(pattern: str, name: str) -> bool:
    """Whether the glob matches the whole name, case-sensitively.

    Segments between slashes are matched one by one, in time proportional to pattern x name: no pattern makes matching
    exponential.
    """
    pattern_segments = pattern.split("/")
    name_segments = name.split("/")
    return len(pattern_segments) == len(name_segments) and all(
        map(_matches_segment, pattern_segments, name_segments),
    )


def matches_any(patterns: Iterable[str], name: str) -> bool:
    """Whether any of the globs matches; an empty collection matches nothing."""
    return any(matches(pattern, name) for pattern in patterns)


def is_literal(pattern: str) -> bool:
    """Whether the glob matches exactly one name: its own text."""
    return "*" not in pattern and "?" not in pattern


def _matches_segment(pattern: str, text: str) -> bool:
    p = t = 0
    star, resume = -1, 0  # where to go back to: just after the last star, one character further each time
    while t < len(text):
        if p < len(pattern) and pattern[p] == "*":
            star, resume = p, t
            p += 1
        elif p < len(pattern) and pattern[p] in ("?", text[t]):
            p += 1
            t += 1
        elif star >= 0:
            resume += 1
            p, t = star + 1, resume
        else:
            return False
    return all(character == "*" for character in pattern[p:])


def matches_across(pattern: str, text: str) -> bool:
    """Whether the glob, in which `**` also crosses `/`, matches the whole text, case-sensitively.

    Every place in the pattern that the text may have reached is kept, so the time is at most pattern x text.
    """
    if is_literal(pattern):
        return pattern == text
    tokens = _TOKENS.findall(pattern)
    places = _with_skipped(tokens, {0})
    for character in text:
        places = _with_skipped(tokens, {place for at in places for place in _advance(tokens, at, character)})
        if not places:
            return False
    return len(tokens) in places


def _advance(tokens: list[str], at: int, character: str) -> tuple[int, ...]:
    """Give the place after one character of the text: the same place within a run."""
    if at == len(tokens):
        return ()
    written = tokens[at]
    if written[0] == "*":
        return (at,) if len(written) > 1 or character != "/" else ()
    is_match = character != "/" if written == "?" else written == character
    return (at + 1,) if is_match else ()


def _with_skipped(tokens: list[str], places: set[int]) -> set[int]:
    """Add the places after runs, which may be empty."""
    reached = set(places)
    for place in places:
        at = place
        while at < len(tokens) and tokens[at][0] == "*":
            at += 1
            reached.add(at)
    return reached
