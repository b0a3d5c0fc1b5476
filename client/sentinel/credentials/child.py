"""Running a child transparently: signals reach it, and its exit code becomes ours."""

import asyncio
import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from sentinel.errors import ClientError

# What shells answer when there is no such command, and when it cannot be run (POSIX, Shell Command Language 2.8.2).
NOT_FOUND: Final = 127
NOT_EXECUTABLE: Final = 126
_SIGNAL_BASE: Final = 128

_FORWARDED: Final = (signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2, signal.SIGCONT)
# A terminal sends these to every process in its foreground, the child included: passing them on would send them twice.
# SIGTSTP needs no help: a terminal stops both, and SIGCONT is passed on.
_FROM_THE_TERMINAL: Final = (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGWINCH)


class CannotStartError(ClientError):
    code = "cannot_start"

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


async def run_child(command: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run the command to its end and give its exit code, 128 + n where signal n ended it.

    Raises:
        CannotStartError: there is no such command (exit code 127), or it cannot be executed (126).

    """
    with _forwarding() as forwarder:
        try:
            process = await asyncio.create_subprocess_exec(*command, env=environ)
        except FileNotFoundError:
            raise CannotStartError(f"{command[0]}: command not found", NOT_FOUND) from None
        except OSError as error:
            raise CannotStartError(f"{command[0]}: {error.strerror}", NOT_EXECUTABLE) from None
        forwarder.started(process)
        code = await process.wait()
    return code if code >= 0 else _SIGNAL_BASE - code


class _Forwarder:
    """Passes signals on, and keeps those that come before there is a child."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._waiting: list[signal.Signals] = []

    def started(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        for number in self._waiting:
            self.forward(number)

    def forward(self, number: signal.Signals) -> None:
        if self._process is None:
            self._waiting.append(number)
        elif self._process.returncode is None and not (number in _FROM_THE_TERMINAL and _in_the_foreground()):
            self._process.send_signal(number)


@contextmanager
def _forwarding() -> Iterator[_Forwarder]:
    loop = asyncio.get_running_loop()
    forwarder = _Forwarder()
    signals = (*_FORWARDED, *_FROM_THE_TERMINAL)
    for number in signals:
        loop.add_signal_handler(number, forwarder.forward, number)
    try:
        yield forwarder
    finally:
        for number in signals:
            loop.remove_signal_handler(number)


def _in_the_foreground() -> bool:
    """Whether a controlling terminal counts us among its foreground processes."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)
