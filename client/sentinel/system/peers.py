"""Whose connection it is that came over loopback, where the system says so: on Linux.

`/proc/net/tcp` lists each connection with its user (proc(5)). A connection that is not in it comes from elsewhere, such
as Windows around WSL, and has no user here.
"""

import os
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

_TABLES: Final = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
_ROOT: Final = 0
# Of an IPv4 address in a table of IPv6.
_MAPPED: Final = "0000000000000000FFFF0000"


if sys.platform == "linux":

    def is_another_user(peer: tuple[str, int], local: tuple[str, int]) -> bool:
        """Whether the other end of a connection between two IPv4 addresses is another user's than this process's.

        Root is not another one: it reads this process's memory in any case. False where the system does not say.
        """
        return any(user not in {_ROOT, os.getuid()} for user in _users(peer, local))

else:

    def is_another_user(_peer: tuple[str, int], _local: tuple[str, int]) -> bool:
        """Return False: the system does not say whose a connection is."""
        return False


def _users(peer: tuple[str, int], local: tuple[str, int]) -> set[int]:
    written = (_written(peer), _written(local))
    found = set()
    for table in _TABLES:
        with suppress(OSError):
            for line in table.read_text().splitlines()[1:]:
                fields = line.split()
                ends = tuple(end.removeprefix(_MAPPED) for end in fields[1:3])
                if ends == written:
                    found.add(int(fields[7]))
    return found


def _written(address: tuple[str, int]) -> str:
    host = int.from_bytes(socket.inet_aton(address[0]), sys.byteorder)
    return f"{host:08X}:{address[1]:04X}"
