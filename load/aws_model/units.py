"""What DynamoDB would charge for: request units of on-demand tables.

DynamoDB Developer Guide, "DynamoDB on-demand mode" and "DynamoDB item sizes and formats": a consistent read of up to
4 KB is one unit, an eventually consistent one half, of the whole Query or of each item of a batch, found or not; a
write of up to 1 KB is one unit, twice that in a transaction, and the same again for every index whose entry changes.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

_READ_BYTES: Final = 4096
_WRITE_BYTES: Final = 1024
_NUMBER_OVERHEAD: Final = 1
_NESTED_OVERHEAD: Final = 3


@dataclass(slots=True)
class Units:
    """Request units, added up over one call."""

    read: float = 0.0
    write: float = 0.0

    def note_read(self, sizes: Iterable[int], *, consistent: bool) -> None:
        """Count a read of items of these sizes together."""
        blocks = max(1, math.ceil(sum(sizes) / _READ_BYTES))
        self.read += blocks if consistent else blocks / 2

    def note_write(self, sizes: Iterable[int], *, in_transaction: bool = False) -> None:
        """Count a write of an item, and of its entries in the indexes, each of its own size."""
        blocks = sum(max(1, math.ceil(size / _WRITE_BYTES)) for size in sizes)
        self.write += blocks * (2 if in_transaction else 1)


def size_of(item: Mapping[str, Any]) -> int:
    """Return an item's size in bytes: its attributes' names and values."""
    return sum(len(name.encode()) + _size_of_value(value) for name, value in item.items())


def _size_of_value(value: Mapping[str, Any]) -> int:
    [(kind, content)] = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return math.ceil(len(content.lstrip("-0.").rstrip("0")) / 2) + _NUMBER_OVERHEAD
        case "BOOL" | "NULL":
            return 1
        case "L":
            return _NESTED_OVERHEAD + sum(1 + _size_of_value(each) for each in content)
        case "M":
            return _NESTED_OVERHEAD + len(content) + size_of(content)
        case _:
            return sum(len(str(each)) for each in content)
