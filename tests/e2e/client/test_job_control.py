"""`sentinel exec` in an interactive shell: what Ctrl-Z, `fg` and `bg` do to a command, they do to it here."""

import asyncio
import os
import pty
import shlex
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sentinel.system.children import STOPS
from tests.e2e.client.fake_service import Machine
from tests.e2e.client.screen import Screen
from tests.e2e.client.test_exec import ON_A_TERMINAL
from tests.patience import LIMIT_S

SENTINEL = shlex.join([sys.executable, "-m", "sentinel"])
follows_stops = pytest.mark.skipif(not STOPS, reason="this platform cannot report a stop")
# Puts the terminal right before it stops, as editors and pagers do.
TIDY = """
import os, signal, sys, termios
before = termios.tcgetattr(0)
# Blocked and awaited, not handled: a handler could run inside the print it follows.
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTSTP})
print("rea" + "dy", flush=True)
signal.sigwait({signal.SIGTSTP})
termios.tcsetattr(0, termios.TCSADRAIN, before)
print("tidy" + "ed", flush=True)
signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTSTP})
os.kill(os.getpid(), signal.SIGTSTP)
print("back" + "again", flush=True)
sys.stdin.readline()
"""


class Shell(Screen):
    """An interactive bash on a terminal of its own. What it is to show is never what is typed: a terminal echoes."""

    def __init__(self, terminal: int) -> None:
        super().__init__(terminal)
        self.terminal = terminal

    def press(self, keys: str) -> None:
        self.text = ""
        os.write(self.terminal, keys.encode())

    async def after(self, keys: str, words: str) -> str:
        """Type, and wait until the words are shown."""
        self.press(keys)
        try:
            async with asyncio.timeout(LIMIT_S):
                await self.until(words)
        except TimeoutError:
            pytest.fail(f"after {keys!r}, {words!r} is not shown: {self.text!r}")
        return self.text

    async def run(self, line: str) -> str:
        """Run a line to its end and return what it shows, without its echo."""
        shown = await self.after(f"{line}; echo en''d\n", "\r\nend\r\n")
        return shown.partition("\r\n")[2]


@pytest.fixture
async def shell(user: Machine, tmp_path: Path) -> AsyncIterator[Shell]:
    (tmp_path / "tidy.py").write_text(TIDY)
    ours, theirs = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", ON_A_TERMINAL, "bash", "--norc", "--noprofile", "--noediting", "-i"),
        env={**user.environ, "PS1": "", "PS2": "", "TERM": "dumb"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shell = Shell(ours)
    await shell.after(f"sentinel() {{ {SENTINEL} \"$@\"; }}; echo begi''ns\n", "begins")
    yield shell
    process.send_signal(signal.SIGHUP)
    await process.wait()
    shell.close()


async def test_ctrl_z_stops_the_command_and_fg_continues_it(shell: Shell) -> None:
    command = f'{SENTINEL} exec dev -- sh -c \'echo rea""dy; read line; echo go""t $line; exit 5\''
    await shell.after(f"{command}\n", "ready")
    await shell.after("\x1a", "Stopped")
    assert "148" in await shell.run("echo $?")
    await shell.after("fg\n", "exec dev")
    await shell.after("hello\n", "got hello")
    assert "5\r\n" in await shell.run("echo $?")


async def test_a_command_in_the_background_runs_on(shell: Shell, tmp_path: Path) -> None:
    # Built-in commands only: a shell that is starting a program by vfork cannot be stopped.
    os.mkfifo(tmp_path / "go")
    await shell.after(f"{SENTINEL} exec dev -- sh -c 'echo rea\"\"dy; read l <{tmp_path / 'go'}; exit 6'\n", "ready")
    await shell.after("\x1a", "Stopped")
    await shell.run("bg")
    await asyncio.to_thread((tmp_path / "go").write_text, "from elsewhere\n")
    assert "code 6\r\n" in await shell.run("wait %1; echo code $?")


@follows_stops
async def test_a_command_puts_the_terminal_right_before_the_shell_has_it_again(shell: Shell, tmp_path: Path) -> None:
    await shell.after(f"{SENTINEL} exec dev -- {sys.executable} {tmp_path / 'tidy.py'}\n", "ready")
    shown = await shell.after("\x1a", "Stopped")
    assert "tidyed" in shown
    await shell.after("fg\n", "backagain")
    shell.press("\n")
    assert "0\r\n" in await shell.run("echo $?")


@follows_stops
@pytest.mark.parametrize("number", ["STOP", "TSTP"])
async def test_a_command_that_stops_itself_gives_the_terminal_back(shell: Shell, number: str) -> None:
    await shell.after(f"{SENTINEL} exec dev -- sh -c 'kill -{number} $$; echo re\"\"turned; exit 4'\n", "Stopped")
    await shell.after("fg\n", "returned")
    assert "4\r\n" in await shell.run("echo $?")


async def test_a_command_that_ctrl_z_does_not_stop_keeps_the_terminal(shell: Shell) -> None:
    command = f'{SENTINEL} exec dev -- sh -c \'trap "" TSTP; echo rea""dy; read line; echo go""t $line\''
    await shell.after(f"{command}\n", "ready")
    await shell.after("\x1ahello\n", "got")
    assert "Stopped" not in shell.text


@follows_stops
async def test_a_shell_in_the_session_has_jobs_of_its_own_and_can_be_suspended(shell: Shell) -> None:
    await shell.after(f"{SENTINEL} exec dev -- bash --norc --noprofile --noediting -i\n", "")
    await shell.after("echo insi''de $SENTINEL_EXEC\n", "inside dev")
    await shell.after("sh -c 'echo rea\"\"dy; read l'\n", "ready")
    await shell.after("\x1a", "Stopped")
    assert "Stopped" in await shell.run("jobs")
    # `wait` does not wait for a job that is stopped, and a shell that has one refuses to end.
    await shell.run('kill %1; until [ -z "$(jobs -s)" ]; do :; done')
    await shell.after("suspend -f\n", "Stopped")
    await shell.after("echo outsi''de $SENTINEL_EXEC.\n", "outside .")
    await shell.after("fg\n", "exec dev")
    await shell.after("echo insi''de $SENTINEL_EXEC\n", "inside dev")
    await shell.after("exit 3\n", "exit")
    assert "3\r\n" in await shell.run("echo $?")


async def test_the_command_is_in_our_process_group(shell: Shell) -> None:
    show = "import os; print(*{os.getpgrp(), os.getpgid(os.getppid()), os.tcgetpgrp(0)})"
    shown = await shell.run(f'{SENTINEL} exec dev -- {sys.executable} -c "{show}"')
    assert len(shown.split()[0:-1]) == 1, shown
