"""Running a child as if it were started without us: its signals, its descriptors and its end are its own.

- A signal that was ignored when we started stays ignored, by us and by the child (`nohup`, `&` in a script).
- Descriptors that were handed to us reach the child (`<(…)`, `3>file`). Ours do not: Python makes none inheritable.
- A child that a signal ends ends us by the same signal, so that a shell's loop ends with Ctrl-C (see `end_as`).
- A child that stops stops us, and not before: with Ctrl-Z it first leaves the terminal as it found it.
- As the first process of a container we also collect the orphans that the kernel gives us.
"""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from sentinel.system.children import CHANGED, STOPS, collect_orphans, stop_as, stop_of
from sentinel.system.signals import FORWARDED, FROM_THE_TERMINAL, handling, in_the_foreground
from sentinel.system.start import start


async def run_child(command: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run the command to its end and give its exit code, -n where signal n ended it (see `end_as`).

    Raises:
        CannotStartError: there is no such command (exit code 127), or it cannot be executed (126).

    """
    with _forwarding() as forwarder:
        process = await start(command, environ)
        forwarder.started(process)
        return await process.wait()


class _Forwarder:
    """Passes signals on, and keeps those that come before there is a child."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._waiting: list[signal.Signals] = []
        self._has_just_stopped = False

    def started(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        for number in self._waiting:
            self.forward(number)
        self._follow()

    def forward(self, number: signal.Signals) -> None:
        if number in STOPS and self._has_just_stopped:
            return  # the Ctrl-Z that stopped us all
        if self._process is None:
            self._waiting.append(number)
        elif self._process.returncode is None and not (number in (*FROM_THE_TERMINAL, *STOPS) and in_the_foreground()):
            # asyncio's own `send_signal` may collect the child, and its exit code is then lost to the one who waits.
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, number)

    def child_changed(self, _: signal.Signals) -> None:
        # A SIGCONT that came with this is passed on first, and the child is then not stopped.
        _after_what_came(self._follow)

    def _follow(self) -> None:
        if self._process is None:
            return  # `started` looks
        collect_orphans(self._process.pid)
        if (number := stop_of(self._process.pid)) is not None:
            self._has_just_stopped = True
            stop_as(number, self._process.pid)
            _after_what_came(self._go_on)

    def _go_on(self) -> None:
        self._has_just_stopped = False


def _after_what_came(call: Callable[[], None]) -> None:
    """Call when the signals that have come by now are handled: the event loop looks for them once in each round."""
    loop = asyncio.get_running_loop()
    loop.call_soon(loop.call_soon, call)


@contextmanager
def _forwarding() -> Iterator[_Forwarder]:
    forwarder = _Forwarder()
    forwarded = (*FORWARDED, *FROM_THE_TERMINAL, *STOPS)
    handlers: dict[signal.Signals, Callable[[signal.Signals], None]] = {
        number: forwarder.forward for number in forwarded if signal.getsignal(number) is not signal.SIG_IGN
    }
    with handling(handlers | dict.fromkeys(CHANGED, forwarder.child_changed)):
        yield forwarder
