"""The shell to open, by system, and what it is started with."""

from collections.abc import Mapping

import pytest

from sentinel.terminal.own_shell import find_shell, own_shell

HOME = {"USERPROFILE": r"C:\Users\alice", "COMSPEC": r"C:\Windows\system32\cmd.exe"}
OWN = r"C:\Users\alice\Documents"
MACHINE = r"C:\Program Files\WindowsPowerShell\Modules"


@pytest.mark.parametrize(
    ("environ", "system", "shell"),
    [
        ({"SHELL": "/usr/bin/fish"}, "posix", "/usr/bin/fish"),
        ({}, "posix", "/bin/sh"),
        ({**HOME, "SHELL": "/usr/bin/bash"}, "nt", "/usr/bin/bash"),
        ({**HOME, "PSModulePath": MACHINE}, "nt", r"C:\Windows\system32\cmd.exe"),
        ({**HOME, "PSModulePath": rf"C:\Users\alice\Documents\PowerShell\Modules;{MACHINE}"}, "nt", "pwsh"),
        (
            {**HOME, "PSModulePath": rf"C:\Users\alice\Documents\WindowsPowerShell\Modules;{MACHINE}"},
            "nt",
            "powershell",
        ),
        ({}, "nt", "cmd.exe"),
    ],
)
def test_the_shell_is_the_one_in_use(environ: Mapping[str, str], system: str, shell: str) -> None:
    assert find_shell(environ, system) == shell


@pytest.mark.parametrize(
    ("environ", "system", "hint"),
    [
        (HOME, "nt", "(dev) $P$G"),
        ({**HOME, "PROMPT": "$T$G"}, "nt", "(dev) $T$G"),
        ({"SHELL": "/bin/dash"}, "posix", "(dev) $ "),
        ({"SHELL": "/usr/bin/fish"}, "posix", "echo -n '(dev) '"),
        ({**HOME, "PSModulePath": r"C:\Users\alice\Documents\PowerShell"}, "nt", "'(dev) ' + (& $SentinelPrompt)"),
    ],
)
def test_its_prompt_names_the_profile(environ: Mapping[str, str], system: str, hint: str) -> None:
    with own_shell("dev", environ, system) as shell:
        assert hint in " ".join([*shell.words, *shell.put.values()])
