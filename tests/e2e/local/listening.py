"""Which addresses the processes below this one listen on, as Linux tells."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_LISTEN: Final = "0A"


def listening_addresses() -> set[str]:
    """Give each address, in Linux's own hexadecimal form: `0100007F` is 127.0.0.1."""
    sockets = set(_sockets(_below(os.getpid())))
    return {address for address, inode in _listeners() if inode in sockets}


def _below(root: int) -> set[int]:
    parents = {int(stat.parent.name): _parent(stat) for stat in _PROC.glob("[0-9]*/stat")}
    found, new = set[int](), {root}
    while new:
        new = {process for process, parent in parents.items() if parent in new}
        found |= new
    return found


def _parent(stat: Path) -> int | None:
    try:
        return int(stat.read_text(encoding="utf-8").rpartition(")")[2].split()[1])
    except OSError:  # it has ended since
        return None


def _sockets(processes: set[int]) -> Iterator[str]:
    for process in processes:
        for descriptor in (_PROC / str(process) / "fd").glob("*"):
            try:
                kind, _, inode = str(descriptor.readlink()).partition(":")
            except OSError:  # it is closed since
                continue
            if kind == "socket":
                yield inode.strip("[]")


def _listeners() -> Iterator[tuple[str, str]]:
    for name in ("tcp", "tcp6"):
        for line in (_PROC / "net" / name).read_text(encoding="utf-8").splitlines()[1:]:
            fields = line.split()
            if fields[3] == _LISTEN:
                yield fields[1].partition(":")[0], fields[9]
