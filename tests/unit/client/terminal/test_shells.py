"""A change of environment in each format: what a shell or a tool reads is what was meant, or nothing is written."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentinel.terminal.shells import FORMATS, SHELLS, UnwritableValueError, default_format, write_change

HOSTILE = "a'b\"c$(touch x)`id`\\d ${HOME}!^%PATH%&|;<>#*?[~]{}‘’‚‛“ é=+/"  # noqa: RUF001 - PowerShell's quotes
AWS = {"AWS_ACCESS_KEY_ID": "ASIAVENDED0000000001", "AWS_SESSION_TOKEN": "IQoJb3JpZ2luX2VjEJr/+w==" * 20}
VALUES = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]) | st.sampled_from(HOSTILE), min_size=1)
EXAMPLES = settings(deadline=None, max_examples=40)


def _read_by(command: list[str], script: str, tmp_path: Path) -> str:
    done = subprocess.run(
        [*command, script], capture_output=True, check=True, cwd=tmp_path, env={"PATH": os.environ["PATH"], "GONE": "1"}
    )
    assert list(tmp_path.iterdir()) == []
    return done.stdout.decode()


def _written(form: str, value: str) -> str:
    return write_change(form, {"VALUE": value}, ["GONE"] if form in SHELLS else ())


@pytest.mark.parametrize("value", [HOSTILE, "-n", "'", "''"])
@pytest.mark.parametrize("shell", ["sh", "bash", "dash", "zsh"])
def test_a_posix_shell_reads_what_was_meant(shell: str, value: str, tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    said = 'printf "%s|%s" "$VALUE" "${GONE-gone}"'
    assert _read_by([shell, "-c"], f"{write_change('posix', {'VALUE': value}, ['GONE'])}\n{said}", tmp_path) == (
        f"{value}|gone"
    )


@EXAMPLES
@given(value=VALUES)
def test_sh_reads_any_value(value: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    said = 'printf "%s|%s" "$VALUE" "${GONE-gone}"'
    script = f"{_written('posix', value)}\n{said}"
    assert _read_by(["sh", "-c"], script, tmp_path_factory.mktemp("sh")) == f"{value}|gone"


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed; its quoting is parsed below")
@pytest.mark.parametrize("value", [HOSTILE, "-n", "'", "\\", "\\'"])
def test_fish_reads_what_was_meant(value: str, tmp_path: Path) -> None:
    script = (
        f"{write_change('fish', {'VALUE': value}, ['GONE'])}\nstring join '|' -- $VALUE (set -q GONE; or echo gone)"
    )
    assert _read_by(["fish", "--no-config", "-c"], script, tmp_path) == f"{value}|gone\n"


@pytest.mark.skipif(shutil.which("pwsh") is None, reason="pwsh is not installed; its quoting is parsed below")
@pytest.mark.parametrize("value", [HOSTILE, "-n", "'"])
def test_powershell_reads_what_was_meant(value: str, tmp_path: Path) -> None:
    script = f"{write_change('powershell', {'VALUE': value}, ['GONE'])}\n[Console]::Out.Write($Env:VALUE + $Env:GONE)"
    assert _read_by(["pwsh", "-NoProfile", "-Command"], script, tmp_path) == value


def _fish_value(line: str) -> str:
    """Read by fish's documentation, "Quotes": within single quotes only `\\'` and `\\\\` are escapes."""
    quoted = re.fullmatch(r"set --global --export VALUE '((?:[^'\\]|\\['\\])*)';", line)
    assert quoted is not None, line
    return re.sub(r"\\(['\\])", r"\1", quoted[1])


def _powershell_value(line: str) -> str:
    """Read by about_Quoting_Rules: within single quotes two quotes are one; PowerShell has five such quotes."""
    quotes = "'‘’‚‛"  # noqa: RUF001 - as above
    quoted = re.fullmatch(rf"\$Env:VALUE = '((?:[^{quotes}]|([{quotes}])\2)*)'", line)
    assert quoted is not None, line
    return re.sub(rf"([{quotes}])\1", r"\1", quoted[1])


def _cmd_value(line: str) -> str:
    """Read as cmd.exe reads `set "NAME=VALUE"`: to the last quote; nothing in it is expanded or ends the quotes."""
    quoted = re.fullmatch(r'set "VALUE=([^"%!^&|<>]*)"', line)
    assert quoted is not None, line
    return quoted[1]


def _dotenv_value(line: str) -> str:
    """Read as python-dotenv and Compose do: bare without what they interpret, or as it is within single quotes."""
    bare_or_quoted = re.fullmatch(r"VALUE=(?:([A-Za-z0-9_./:=+@,-]+)|'([^'\\]*)')", line)
    assert bare_or_quoted is not None, line
    return bare_or_quoted[1] or bare_or_quoted[2]


def _docker_value(line: str) -> str:
    """Read as Docker does: all after the first `=`; Compose would strip quotes and expand `$`, so it has neither."""
    assert not set(line) & set("'\"$\\# `"), line
    return line.removeprefix("VALUE=")


READERS: dict[str, Callable[[str], str]] = {
    "fish": _fish_value,
    "powershell": _powershell_value,
    "cmd": _cmd_value,
    "dotenv": _dotenv_value,
    "docker": _docker_value,
    "json": lambda text: str(json.loads(text)["VALUE"]),
}


@pytest.mark.parametrize("form", READERS)
@settings(deadline=None)
@given(value=VALUES)
def test_by_the_rules_of_its_reader_a_value_is_what_was_meant_or_refused(form: str, value: str) -> None:
    try:
        written = _written(form, value)
    except UnwritableValueError:
        assert form in {"cmd", "dotenv", "docker"}
        assert not re.fullmatch("[A-Za-z0-9/+=]+", value)
    else:
        assert READERS[form](written.splitlines()[-1]) == value


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_carries_what_aws_issues(form: str) -> None:
    written = write_change(form, AWS)
    assert all(value in written for value in AWS.values())


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("value", ["", "a\nb", "a\rb", "a\x00b", "\x1b[2J", "a\u2028b"])
def test_no_format_carries_a_control_character_or_nothing(form: str, value: str) -> None:
    with pytest.raises(UnwritableValueError, match="VALUE") as refused:
        write_change(form, {"VALUE": value})
    assert value not in str(refused.value) or not value


@pytest.mark.parametrize(
    ("environ", "system", "form"),
    [({}, "posix", "posix"), ({}, "nt", "powershell"), ({"SHELL": "/usr/bin/bash"}, "nt", "posix")],
)
def test_the_format_follows_the_system(environ: Mapping[str, str], system: str, form: str) -> None:
    assert default_format(environ, system) == form
