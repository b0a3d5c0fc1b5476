"""`sentinel exec PROFILE` alone: the user's shell, with their own files read and the profile in its prompt."""

import asyncio
import os
import pty
import shutil
import sys
from pathlib import Path

import pytest

from tests.e2e.client.fake_service import FakeService, Machine
from tests.e2e.client.screen import Screen
from tests.e2e.client.test_exec import ON_A_TERMINAL

# What a shell reads at its start, how it sets the marker, and a prompt of the user's own.
OWN_FILES = {
    "bash": (".bashrc", "MARK=mine; PS1='own> '"),
    "zsh": (".zshrc", "MARK=mine; PROMPT='own> '"),
    "fish": (".config/fish/config.fish", "set -g MARK mine; function fish_prompt; echo -n 'own> '; end"),
}


@pytest.mark.parametrize("shell", OWN_FILES)
async def test_a_shell_is_the_users_own_and_names_the_profile(shell: str, user: Machine) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    name, text = OWN_FILES[shell]
    own = user.home / name
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_text(f"{text}\n")
    ours, theirs = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", ON_A_TERMINAL, sys.executable, "-m", "sentinel", "exec", "dev"),
        env={**user.environ, "SHELL": program, "TERM": "dumb"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    screen = Screen(ours)
    await screen.until("(dev) own> ")
    os.write(ours, b"echo is-$MARK-$SENTINEL_EXEC; echo $AWS_CONTAINER_CREDENTIALS_FULL_URI\n")
    await screen.until("is-mine-dev")
    await screen.until("http://127.0.0.1:")
    os.write(ours, b"exit 7\n")
    assert await process.wait() == 7
    assert "(dev) (dev)" not in screen.text
    assert own.read_text() == f"{text}\n"
    screen.close()


async def test_without_a_terminal_a_missing_command_is_an_error(user: Machine, service: FakeService) -> None:
    done = await user.sentinel("exec", "dev", SHELL="/bin/sh")
    assert (done.code, service.vends) == (2, [])
    assert "write: sentinel exec PROFILE -- COMMAND" in done.err


async def test_nothing_of_a_prompt_is_left_behind(user: Machine, tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    ours, theirs = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", ON_A_TERMINAL, sys.executable, "-m", "sentinel", "exec", "dev"),
        env={**user.environ, "SHELL": "/bin/bash", "TMPDIR": str(temporary)},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    screen = Screen(ours)
    await screen.until("(dev) ")
    os.write(ours, b"exit\n")
    assert await process.wait() == 0
    assert list(temporary.iterdir()) == []
    screen.close()
