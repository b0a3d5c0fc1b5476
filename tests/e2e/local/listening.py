"""Which addresses a process listens on, as Linux tells."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_LISTEN: Final = "0A"


def listening_addresses(port: int) -> set[str]:
    """Give each address that the process behind a port listens on, on any port, in Linux's hexadecimal form.

    `0100007F` is 127.0.0.1.
    """
    listeners = list(_listeners())
    behind = {inode for _, at, inode in listeners if at == port}
    for process in _PROC.glob("[0-9]*"):
        sockets = set(_sockets(process))
        if behind & sockets:
            return {address for address, _, inode in listeners if inode in sockets}
    raise LookupError(f"no process that may be looked into listens on port {port}")


def _sockets(process: Path) -> Iterator[str]:
    for descriptor in (process / "fd").glob("*"):
        try:
            kind, _, inode = str(descriptor.readlink()).partition(":")
        except OSError:  # it is closed since
            continue
        if kind == "socket":
            yield inode.strip("[]")


def _listeners() -> Iterator[tuple[str, int, str]]:
    for name in ("tcp", "tcp6"):
        for line in (_PROC / "net" / name).read_text(encoding="utf-8").splitlines()[1:]:
            fields = line.split()
            if fields[3] == _LISTEN:
                address, _, port = fields[1].partition(":")
                yield address, int(port, 16), fields[9]
