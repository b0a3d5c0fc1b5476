"""The controlling terminal, and which process group it counts as its foreground. Windows has neither."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

if sys.platform != "win32":

    def foreground_group() -> int | None:
        """Name the process group in the terminal's foreground; None without a terminal."""
        with suppress(OSError), _terminal() as terminal:
            return os.tcgetpgrp(terminal)
        return None

    def give_terminal_to(group: int) -> None:
        """Put a process group in the terminal's foreground, in which we are."""
        with suppress(OSError), _terminal() as terminal:
            os.tcsetpgrp(terminal, group)

    @contextmanager
    def _terminal() -> Iterator[int]:
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
        try:
            yield terminal
        finally:
            os.close(terminal)
