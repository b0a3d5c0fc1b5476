"""The shell that `sentinel exec PROFILE` opens, with the profile in its prompt.

The user's own files are read as always and stay as they are. bash and zsh are pointed at a file that reads them and
then adds the profile; fish and PowerShell take that as an argument, cmd and other shells as a variable. In bash and zsh
it is added before each prompt, so that it also stays in one that is made for each command (starship, powerlevel10k).
"""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Final

_BASH: Final = """\
[ -f ~/.bashrc ] && . ~/.bashrc
__sentinel_prompt() {{ case $PS1 in "({profile}) "*) ;; *) PS1="({profile}) $PS1" ;; esac; }}
PROMPT_COMMAND="${{PROMPT_COMMAND:+$PROMPT_COMMAND; }}__sentinel_prompt"
"""
# zsh reads each of its files in ZDOTDIR. It is given back before the user's own .zshrc, and the history file with it.
_ZSHENV: Final = """\
__sentinel_zdotdir=$ZDOTDIR
if [[ -n $SENTINEL_ZDOTDIR ]]; then ZDOTDIR=$SENTINEL_ZDOTDIR; else unset ZDOTDIR; fi
[[ -f ${ZDOTDIR:-$HOME}/.zshenv ]] && . ${ZDOTDIR:-$HOME}/.zshenv
SENTINEL_ZDOTDIR=$ZDOTDIR
ZDOTDIR=$__sentinel_zdotdir
"""
_ZSHRC: Final = """\
if [[ -n $SENTINEL_ZDOTDIR ]]; then ZDOTDIR=$SENTINEL_ZDOTDIR; else unset ZDOTDIR; fi
[[ $HISTFILE == $__sentinel_zdotdir/* ]] && HISTFILE=${{ZDOTDIR:-$HOME}}/${{HISTFILE:t}}
unset SENTINEL_ZDOTDIR __sentinel_zdotdir
[[ -f ${{ZDOTDIR:-$HOME}}/.zshrc ]] && . ${{ZDOTDIR:-$HOME}}/.zshrc
__sentinel_prompt() {{ [[ $PROMPT == "({profile}) "* ]] || PROMPT="({profile}) $PROMPT" }}
precmd_functions+=(__sentinel_prompt)
"""
_FISH: Final = (
    "functions --copy fish_prompt __sentinel_prompt; "
    "function fish_prompt; echo -n '({profile}) '; __sentinel_prompt; end"
)
_POWERSHELL: Final = (
    "$SentinelPrompt = $function:prompt; function global:prompt {{ '({profile}) ' + (& $SentinelPrompt) }}"
)


@dataclass(frozen=True, slots=True)
class OwnShell:
    """The words that start it, and what its environment has besides."""

    words: tuple[str, ...]
    put: Mapping[str, str]


@contextmanager
def own_shell(profile: str, environ: Mapping[str, str], system: str) -> Iterator[OwnShell]:
    """Find the user's shell and prepare its prompt; the files of it are deleted when the block ends."""
    program = find_shell(environ, system)
    name = (PureWindowsPath(program) if system == "nt" else PurePosixPath(program)).stem.lower()
    match name:
        case "bash":
            with _files({"bashrc": _BASH.format(profile=profile)}) as folder:
                yield OwnShell((program, "--rcfile", str(folder / "bashrc")), {})
        case "zsh":
            with _files({".zshenv": _ZSHENV, ".zshrc": _ZSHRC.format(profile=profile)}) as folder:
                own = {"SENTINEL_ZDOTDIR": environ["ZDOTDIR"]} if environ.get("ZDOTDIR") else {}
                yield OwnShell((program,), {"ZDOTDIR": str(folder), **own})
        case "fish":
            yield OwnShell((program, "--init-command", _FISH.format(profile=profile)), {})
        case "pwsh" | "powershell":
            yield OwnShell((program, "-NoExit", "-Command", _POWERSHELL.format(profile=profile)), {})
        case "cmd":
            yield OwnShell((program,), {"PROMPT": f"({profile}) {environ.get('PROMPT') or '$P$G'}"})
        case _:
            yield OwnShell((program,), {"PS1": f"({profile}) $ "})


def find_shell(environ: Mapping[str, str], system: str) -> str:
    """Name the user's shell; `system` is `os.name`.

    On Windows `SHELL` is Git Bash's. PowerShell is known by the folder of the user's own modules, which it adds to the
    machine's.
    """
    if environ.get("SHELL"):
        return environ["SHELL"]
    if system != "nt":
        return "/bin/sh"
    modules, home = environ.get("PSModulePath", "").lower(), environ.get("USERPROFILE", "").lower()
    if home and home in modules:
        return "pwsh" if f"{home}\\documents\\powershell" in modules else "powershell"
    return environ.get("COMSPEC") or "cmd.exe"


@contextmanager
def _files(texts: Mapping[str, str]) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="sentinel-") as folder:
        for name, text in texts.items():
            Path(folder, name).write_text(text, encoding="utf-8")
        yield Path(folder)
