"""The signals each platform has, and calling a function of ours in the event loop when they come.

Windows has two: Ctrl-C, and Ctrl-Break, as which Python also reports a console that closes and the end of a login. The
console sends both to each of its processes, as a terminal does to those in its foreground.
"""

import asyncio
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

Handlers = Mapping[signal.Signals, Callable[[signal.Signals], None]]

if sys.platform == "win32":
    STOPPING: Final = (signal.SIGINT, signal.SIGBREAK)
    FORWARDED: Final[tuple[signal.Signals, ...]] = ()
    FROM_THE_TERMINAL: Final[tuple[signal.Signals, ...]] = (signal.SIGINT, signal.SIGBREAK)

    def in_the_foreground() -> bool:
        """Whether the child gets a terminal's signals without us."""
        return True

    @contextmanager
    def handling(handlers: Handlers) -> Iterator[None]:
        """Call a handler in the event loop for each of its signals, while the block runs."""
        loop = asyncio.get_running_loop()

        def call(number: int, _: object) -> None:
            known = signal.Signals(number)
            loop.call_soon_threadsafe(handlers[known], known)

        before = {number: signal.signal(number, call) for number in handlers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

else:
    import os

    from sentinel.system.terminal import foreground_group

    STOPPING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    FORWARDED: Final = (signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2, signal.SIGCONT)
    # A terminal sends these to every process in its foreground, the child included: passing them on would send them
    # twice.
    FROM_THE_TERMINAL: Final = (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGWINCH)

    def in_the_foreground() -> bool:
        """Whether a controlling terminal counts us among its foreground processes."""
        return foreground_group() == os.getpgrp()

    @contextmanager
    def handling(handlers: Handlers) -> Iterator[None]:
        """Call a handler in the event loop for each of its signals, while the block runs."""
        loop = asyncio.get_running_loop()
        for number, handler in handlers.items():
            loop.add_signal_handler(number, handler, number)
        try:
            yield
        finally:
            for number in handlers:
                loop.remove_signal_handler(number)
