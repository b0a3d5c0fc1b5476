"""A change of environment as shells and tools read it.

Each format carries a value unchanged or refuses it: a value that some reader of the format would read as something else
is an error. What AWS issues fits every format.
"""

import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

import orjson

from sentinel.errors import ClientError

# Read the same by POSIX shells, dotenv libraries, Docker and Compose, quoted or not.
_PLAIN: Final = re.compile(r"[A-Za-z0-9_./:=+@,-]+")
# PowerShell takes each of these as a single quote; two of a kind are one within a string.
_POWERSHELL_QUOTES: Final = re.compile("(['‘’‚‛])")  # noqa: RUF001 - the characters themselves
# cmd.exe expands or ends a quoted word at these, and has no escape that works in a file and at its prompt.
_CMD_READS: Final = re.compile('["%!^&|<>]')


class UnwritableValueError(ClientError):
    """A value that the format cannot carry."""

    code = "unwritable_value"


def _posix(put: Mapping[str, str], removed: Sequence[str]) -> Iterator[str]:
    if removed:
        yield f"unset {' '.join(removed)}"
    for name, value in put.items():
        yield f"export {name}={shlex.quote(value)}"


def _fish(put: Mapping[str, str], removed: Sequence[str]) -> Iterator[str]:
    # A semicolon, because `eval (sentinel env …)` joins the lines. `--erase` of what is not set is no error.
    for name in removed:
        yield f"set --erase {name};"
    for name, value in put.items():
        escaped = value.replace("\\", "\\\\").replace("'", "\\'")
        yield f"set --global --export {name} '{escaped}';"


def _powershell(put: Mapping[str, str], removed: Sequence[str]) -> Iterator[str]:
    for name in removed:
        yield f"Remove-Item Env:{name} -ErrorAction SilentlyContinue"
    for name, value in put.items():
        doubled = _POWERSHELL_QUOTES.sub(r"\1\1", value)
        yield f"$Env:{name} = '{doubled}'"


def _cmd(put: Mapping[str, str], removed: Sequence[str]) -> Iterator[str]:
    for name in removed:
        yield f'set "{name}="'
    for name, value in put.items():
        if _CMD_READS.search(value):
            raise _unwritable(name, "cmd")
        yield f'set "{name}={value}"'


def _dotenv(put: Mapping[str, str], _removed: Sequence[str]) -> Iterator[str]:
    for name, value in put.items():
        if "'" in value or "\\" in value:
            raise _unwritable(name, "dotenv")
        yield f"{name}={value}" if _PLAIN.fullmatch(value) else f"{name}='{value}'"


def _docker(put: Mapping[str, str], _removed: Sequence[str]) -> Iterator[str]:
    for name, value in put.items():
        if not _PLAIN.fullmatch(value):
            raise _unwritable(name, "docker")  # Docker keeps quotes, Compose removes them
        yield f"{name}={value}"


def _json(put: Mapping[str, str], _removed: Sequence[str]) -> Iterator[str]:
    yield orjson.dumps(dict(put)).decode()


_FORMATS: Final[Mapping[str, Callable[[Mapping[str, str], Sequence[str]], Iterator[str]]]] = {
    "posix": _posix,
    "fish": _fish,
    "powershell": _powershell,
    "cmd": _cmd,
    "dotenv": _dotenv,
    "json": _json,
    "docker": _docker,
}
FORMATS: Final = tuple(_FORMATS)
# Those a shell runs, which can also remove a variable.
SHELLS: Final = ("posix", "fish", "powershell", "cmd")


def write_change(form: str, put: Mapping[str, str], removed: Sequence[str] = ()) -> str:
    """Write the change in one of `FORMATS`, without a line end. Only those in `SHELLS` write what is removed.

    Raises:
        UnwritableValueError: a value is empty or has a control character, or the format cannot carry it.

    """
    for name, value in put.items():
        if not value or not all(character.isprintable() for character in value):
            raise _unwritable(name, form)
    return "\n".join(_FORMATS[form](put, removed))


def default_format(environ: Mapping[str, str], system: str) -> str:
    """Choose the format where none is named; `system` is `os.name`. Git Bash and its like set `SHELL` on Windows."""
    return "powershell" if system == "nt" and not environ.get("SHELL") else "posix"


def _unwritable(name: str, form: str) -> UnwritableValueError:
    return UnwritableValueError(f"the value of {name} cannot be written as {form}", "choose another --format")
