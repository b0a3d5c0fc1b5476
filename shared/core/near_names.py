"""Suggestions for a mistyped name."""

from collections.abc import Iterable
from typing import Final

from shared.core.people import person_key

_MOST: Final = 5
_FURTHEST: Final = 2


def near_names(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """List at most five known names: other spellings of the same person first, then those one or two typos away."""
    key = person_key(name)
    # Two changes would replace most of a short name.
    furthest = min(_FURTHEST, len(key) // 3)
    near = sorted((_distance(key, person_key(other)), other) for other in set(known) - {name})
    return tuple(other for distance, other in near if distance <= furthest)[:_MOST]


def _distance(one: str, other: str) -> int:
    """Count the edits between two texts: a character inserted, removed or replaced, or two neighbours swapped.

    Beyond the distance that counts as near, the count is not exact.
    """
    far = _FURTHEST + 1
    if abs(len(one) - len(other)) > _FURTHEST:
        return far
    above: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        two_above, above, row = above, row, [i]
        for j, b in enumerate(other, 1):
            changes = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a != b))
            if i > 1 and j > 1 and (a, one[i - 2]) == (other[j - 2], b):
                changes = min(changes, two_above[j - 2] + 1)
            row.append(changes)
        if min(row) > _FURTHEST:
            return far
    return row[-1]
