"""Running a child as if it were started without us: its signals, its descriptors and its end are its own.

- A signal that was ignored when we started stays ignored, by us and by the child (`nohup`, `&` in a script).
- Descriptors that were handed to us reach the child (`<(…)`, `3>file`). Ours do not: Python makes none inheritable.
- A child that a signal ends ends us by the same signal, so that a shell's loop ends with Ctrl-C.
- A script without `#!` is run by `/bin/sh`, as shells do.
- As the first process of a container we also collect the orphans that the kernel gives us.
"""

import asyncio
import errno
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Final

from sentinel.errors import ClientError

# What shells answer when there is no such command, and when it cannot be run (POSIX, Shell Command Language 2.8.2).
NOT_FOUND: Final = 127
NOT_EXECUTABLE: Final = 126
_SIGNAL_BASE: Final = 128
_INIT: Final = 1
_SHELL: Final = "/bin/sh"

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
    """Run the command to its end and give its exit code, -n where signal n ended it (see `end_as`).

    Raises:
        CannotStartError: there is no such command (exit code 127), or it cannot be executed (126).

    """
    with _forwarding() as forwarder:
        process = await _start(command, environ)
        forwarder.started(process)
        return await process.wait()


def end_as(code: int) -> int:
    """Return a child's exit code; if a signal ended it, end this process by the same one.

    Where that signal does not end this process (the first one of a container), 128 + n is returned, as shells do.
    """
    if code >= 0:
        return code
    sys.stdout.flush()
    _leave_no_core()
    with suppress(OSError, ValueError):  # SIGKILL has no handler
        signal.signal(-code, signal.SIG_DFL)
    os.kill(os.getpid(), -code)
    return _SIGNAL_BASE - code


async def _start(command: Sequence[str], environ: Mapping[str, str]) -> asyncio.subprocess.Process:
    try:
        return await asyncio.create_subprocess_exec(*command, env=environ, close_fds=False)
    except FileNotFoundError:
        if _find(command[0], environ) is not None:
            raise CannotStartError(
                f"{command[0]}: the program that its first line names is missing", NOT_EXECUTABLE
            ) from None
        raise CannotStartError(f"{command[0]}: command not found", NOT_FOUND) from None
    except OSError as error:
        script = _find(command[0], environ)
        if error.errno == errno.ENOEXEC and script is not None and command[0] != _SHELL:
            return await _start([_SHELL, script, *command[1:]], environ)
        raise CannotStartError(f"{command[0]}: {error.strerror}", NOT_EXECUTABLE) from None


def _find(program: str, environ: Mapping[str, str]) -> str | None:
    return shutil.which(program, path=environ.get("PATH"))


def _leave_no_core() -> None:
    """Have no core file written of this process: it held credentials. The child's own core is not affected."""
    with suppress(ImportError):
        import resource  # noqa: PLC0415 - not on every platform

        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


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

    def collect_orphans(self, _: signal.Signals) -> None:
        """Collect what has ended and is not the child, whose end its own watcher waits for."""
        child = 0 if self._process is None else self._process.pid
        ended = os.WEXITED | os.WNOHANG
        with suppress(ChildProcessError):
            while (found := os.waitid(os.P_ALL, 0, ended | os.WNOWAIT)) is not None and found.si_pid != child:
                os.waitid(os.P_PID, found.si_pid, ended)


@contextmanager
def _forwarding() -> Iterator[_Forwarder]:
    loop = asyncio.get_running_loop()
    forwarder = _Forwarder()
    handlers: dict[signal.Signals, Callable[[signal.Signals], None]] = {
        number: forwarder.forward
        for number in (*_FORWARDED, *_FROM_THE_TERMINAL)
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    if os.getpid() == _INIT:
        handlers[signal.SIGCHLD] = forwarder.collect_orphans
    for number, handler in handlers.items():
        loop.add_signal_handler(number, handler, number)
    try:
        yield forwarder
    finally:
        for number in handlers:
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
