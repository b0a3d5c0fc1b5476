"""Globs on names: `*` is any run of characters, `?` is one, both never `/`; everything else, `[` too, is literal."""

from collections.abc import Iterable


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
