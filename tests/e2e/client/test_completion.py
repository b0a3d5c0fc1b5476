"""Completion, as the shells themselves load and ask for it."""

import asyncio
import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.e2e.client.fake_grants import a_request
from tests.e2e.client.fake_service import FakeService, Machine

ID = f"{1:016d}"
SHELLS = ("bash", "zsh", "fish")


@pytest.fixture
def shells(user: Machine, service: FakeService, tmp_path: Path) -> dict[str, str]:
    """The environment of a shell in which `sentinel` is this program."""
    service.grants.requests[ID] = a_request()
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "sentinel"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m sentinel "$@"\n')
    program.chmod(0o700)
    return {**user.environ, "PATH": f"{folder}:{user.environ['PATH']}"}


async def _run(shell: str, script: str, environ: dict[str, str]) -> tuple[str, str]:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    plain = {"bash": ["--norc"], "zsh": ["-f"], "fish": ["--no-config"]}[shell]
    process = await asyncio.create_subprocess_exec(
        shell,
        *plain,
        "-c",
        script,
        env=environ,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return out.decode(), err.decode()


def _asks(shell: str, line: str) -> str:
    """Write what a key stroke at the end of the line does in a shell that loaded its script."""
    words = line.split(" ")
    match shell:
        case "bash":
            return (
                f'eval "$(sentinel completion bash)"; COMP_WORDS=({" ".join(words[:-1])} "{words[-1]}"); '
                f'COMP_CWORD={len(words) - 1}; _sentinel_completion sentinel; printf "%s\\n" "${{COMPREPLY[@]}}"'
            )
        case "zsh":
            # zsh completes only at a prompt: the functions that take the answers are replaced by one that prints them.
            return (
                "compdef() { :; }; _describe() { print -l -- ${(P)3}; }; compadd() { print -l -- ${(P)@[-1]}; }; "
                f'eval "$(sentinel completion zsh)"; words=({" ".join(words[:-1])} "{words[-1]}"); '
                f"CURRENT={len(words)}; _sentinel_completion"
            )
        case _:
            return f'sentinel completion fish | source; complete --do-complete "{line}"'


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("line", "offered", "not_offered"),
    [
        ("sentinel exec d", "dev", "staging"),
        ("sentinel env ", "staging", "exec"),
        ("sentinel request approve 00", ID, "dev"),
        ("sentinel session list --profile st", "staging", "dev"),
        ("sentinel request a", "approve", "deny"),
        ("sentinel groups members p", "payments-oncall", "corp/payments"),
        ("sentinel groups p", "push", "remove"),
        ("sentinel ex", "exec", "env"),
    ],
)
async def test_a_key_stroke_offers_what_is_kept(
    shell: str, line: str, offered: str, not_offered: str, user: Machine, shells: dict[str, str]
) -> None:
    assert (await user.sentinel("completion", "refresh-names")).code == 0
    out, err = await _run(shell, _asks(shell, line), shells)
    first = [text.split("\t")[0].split(":")[0] for text in out.splitlines()]
    assert offered in first, (out, err)
    assert not_offered not in first
    assert err == ""


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("broken", ["server", "config", "names", "mfa"])
async def test_a_key_stroke_shows_no_error_and_asks_nothing(
    shell: str, broken: str, user: Machine, service: FakeService, shells: dict[str, str]
) -> None:
    match broken:
        case "server":
            shells["SENTINEL_REMOTE_SERVER"] = "https://nowhere.invalid"
        case "config":
            shells["SENTINEL_REMOTE_SERVER"] = "not a url"
        case "names":
            (user.home / ".cache").mkdir()
            (user.home / ".cache/sentinel").write_text("not a folder")
        case _:
            (user.home / ".aws/config").write_text(
                "[default]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = own\nmfa_serial = arn:aws:iam::1:mfa/m\n"
            )
    # The script itself was loaded before anything broke.
    line = _asks(shell, "sentinel exec ").replace(
        "$(sentinel completion", "$(SENTINEL_REMOTE_SERVER= sentinel completion"
    )
    out, err = await _run(
        shell,
        line.replace("sentinel completion fish", "env -u SENTINEL_REMOTE_SERVER sentinel completion fish"),
        shells,
    )
    assert (out.strip(), err) == ("", "")
    assert service.vends == []


async def test_a_key_stroke_reaches_no_service(user: Machine, service: FakeService, shells: dict[str, str]) -> None:
    await user.sentinel("completion", "refresh-names")
    asked = len(service.requests)
    await _run("bash", _asks("bash", "sentinel exec "), shells)
    assert len(service.requests) == asked


async def test_what_is_kept_is_for_its_owner_and_holds_no_credentials(user: Machine) -> None:
    await user.sentinel("completion", "refresh-names")
    folder = user.home / ".cache/sentinel/names"
    (kept,) = folder.glob("*.json")
    assert (kept.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)
    assert "secret" not in kept.read_text()
    assert (await user.sentinel("cache", "clear")).code == 0
    assert not list(folder.iterdir())


async def test_powershell_gets_a_script(user: Machine) -> None:
    done = await user.sentinel("completion", "powershell")
    assert "Register-ArgumentCompleter" in done.out
    assert done.err == ""
    assert os.environ.get("_SENTINEL_COMPLETE") is None
