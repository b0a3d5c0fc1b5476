"""Signals as a program in the foreground has them, for every process that a test starts."""

import signal
from typing import Final

# What a shell lets a job in the background ignore (POSIX.1-2024, Shell Command Language 2.11), and what nohup does.
# Windows has only the first.
_INHERITED: Final = tuple(getattr(signal, name) for name in ("SIGINT", "SIGQUIT", "SIGHUP") if hasattr(signal, name))


def heed_signals() -> None:
    """Keep this process from passing on that it ignores a signal.

    A child inherits what is ignored, and so would outlive the signal that a test ends it by. What is handled it gets
    back as the default, so this process handles the signal by doing nothing.
    """
    for number in _INHERITED:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, _do_nothing)


def _do_nothing(*_: object) -> None:
    """Go on, as a process that ignores the signal does."""
