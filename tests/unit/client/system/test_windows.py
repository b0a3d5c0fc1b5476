"""The branches for Windows, run here: see `other_platform`."""

import asyncio
import io
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sentinel.errors import UsageError
from tests.patience import LIMIT_S
from tests.unit.client.system.other_platform import BREAK, Msvcrt, imported_as

SYSTEM = ["files", "locks", "signals", "ending", "start", "streams", "children", "child"]


@pytest.fixture
def msvcrt() -> Msvcrt:
    return Msvcrt()


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "alice" / "AppData" / "Local").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(tmp_path / "alice"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "alice" / "AppData" / "Local"))
    return tmp_path / "alice"


@pytest.fixture
def windows(msvcrt: Msvcrt, profile: Path) -> Iterator[dict[str, Any]]:
    del profile  # made first: what makes it is missing on Windows
    with imported_as("win32", [f"sentinel.system.{name}" for name in SYSTEM] + ["sentinel.paths"], msvcrt) as modules:
        yield {name.rpartition(".")[2]: module for name, module in modules.items()}


def test_a_lock_is_waited_for_longer_than_windows_waits(
    windows: dict[str, Any], msvcrt: Msvcrt, tmp_path: Path
) -> None:
    order: list[str] = []

    def second() -> None:
        with windows["locks"].locked(tmp_path / "lock"):
            order.append("second")

    with windows["locks"].locked(tmp_path / "lock"):
        thread = threading.Thread(target=second)
        thread.start()
        while msvcrt.refused < 3:
            pass
        order.append("first")
    thread.join(LIMIT_S)
    assert order == ["first", "second"]


def test_a_lock_that_fails_is_no_lock(
    windows: dict[str, Any], msvcrt: Msvcrt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(msvcrt, "locking", fail)
    with pytest.raises(PermissionError), windows["locks"].locked(tmp_path / "lock"):
        raise AssertionError("the block ran")


@pytest.mark.parametrize("folder", ["AppData/Local/sentinel/credentials", ".cache/sentinel"])
def test_a_folder_in_the_user_s_profile_is_private(windows: dict[str, Any], profile: Path, folder: str) -> None:
    windows["files"].open_private_folder(profile / folder)
    assert (profile / folder).is_dir()


def test_a_folder_elsewhere_is_not_private_nor_a_link_to_one(
    windows: dict[str, Any], profile: Path, tmp_path: Path
) -> None:
    (tmp_path / "shared").mkdir()
    (profile / "real").mkdir()
    (profile / "link").symlink_to(tmp_path / "shared")
    (profile / "inside").symlink_to(profile / "real")
    for folder in (
        tmp_path / "shared",
        profile / "link",
        profile / "link" / "below",
        profile / "inside",
        tmp_path / "alice-2",
    ):
        with pytest.raises(UsageError, match="is not in your profile"):
            windows["files"].open_private_folder(folder)


def test_a_mode_is_not_set_and_files_are_made_as_elsewhere(windows: dict[str, Any], tmp_path: Path) -> None:
    with windows["files"].open_owner_only(tmp_path / "file") as file:
        windows["files"].set_mode(file.fileno(), 0o600)
        file.write(b"text")
    with pytest.raises(FileExistsError):
        windows["files"].create_owner_only(str(tmp_path / "file"), os.O_WRONLY)


def test_settings_and_cache_are_where_windows_has_them(windows: dict[str, Any], profile: Path) -> None:
    environ = {"APPDATA": "/roaming", "LOCALAPPDATA": "/local"}
    directory = windows["paths"].xdg_directory
    assert directory(environ, "XDG_CONFIG_HOME", ".config") == Path("/roaming/sentinel")
    assert directory(environ, "XDG_CACHE_HOME", ".cache") == Path("/local/sentinel")
    assert directory(environ | {"XDG_CACHE_HOME": "/xdg"}, "XDG_CACHE_HOME", ".cache") == Path("/xdg/sentinel")
    assert directory({}, "XDG_CACHE_HOME", ".cache") == profile / ".cache/sentinel"


@pytest.mark.parametrize(
    ("code", "passed_to_exit"),
    [
        (0, 0),
        (3, 3),
        (259, 259),
        (0xC000013A, -1073741510),  # Ctrl-C ended the child
        (0xFFFFFFFF, -1),
        (-signal.SIGINT, -1073741510),  # Ctrl-C ended us
    ],
)
def test_an_exit_code_has_32_bits(windows: dict[str, Any], code: int, passed_to_exit: int) -> None:
    assert windows["ending"].end_as(code) == passed_to_exit


def _program(folder: Path, name: str, text: str = "#!/bin/sh\nexit 7\n") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text)
    (folder / name).chmod(0o700)
    return folder / name


async def test_a_program_is_found_by_its_ending_and_never_in_the_current_folder(
    windows: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _program(tmp_path / "here", "tool.exe", "#!/bin/sh\nexit 1\n")
    _program(tmp_path / "bin", "tool.exe")
    _program(tmp_path / "bin", "plain")
    monkeypatch.chdir(tmp_path / "here")
    environ = {"PATH": f";{tmp_path / 'none'};{tmp_path / 'bin'}", "PATHEXT": ".COM;.EXE"}
    for name in ("tool", "tool.exe", str(tmp_path / "bin" / "tool")):
        process = await windows["start"].start([name], environ)
        assert await process.wait() == 7
    monkeypatch.chdir(tmp_path)
    for name in ("plain", "absent", "", str(tmp_path / "bin" / "absent")):
        with pytest.raises(windows["start"].CannotStartError) as refused:
            await windows["start"].start([name], environ)
        assert refused.value.exit_code == 127


async def test_what_windows_cannot_run_is_126(windows: dict[str, Any], tmp_path: Path) -> None:
    _program(tmp_path, "text.exe", "not a program").chmod(0o600)
    with pytest.raises(windows["start"].CannotStartError) as refused:
        await windows["start"].start([str(tmp_path / "text.exe")], {})
    assert refused.value.exit_code == 126


async def test_each_word_for_a_batch_file_is_quoted(
    windows: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[str] = []

    async def shell(line: str, **_: object) -> None:
        lines.append(line)

    monkeypatch.setattr(asyncio, "create_subprocess_shell", shell)
    script = _program(tmp_path, "cdk.cmd")
    await windows["start"].start([str(script), "deploy", "a b", "x&calc", "<>|^()", "C:\\dir\\"], {})
    assert lines == [f'"{script}" "deploy" "a b" "x&calc" "<>|^()" "C:\\dir\\"']


@pytest.mark.parametrize("word", ['a"&calc', "%PATH%", "!x!", "a\nb", "a\rb"])
async def test_a_word_that_cmd_would_take_apart_is_refused(windows: dict[str, Any], tmp_path: Path, word: str) -> None:
    script = _program(tmp_path, "cdk.cmd")
    with pytest.raises(windows["start"].CannotStartError, match=r"is run by cmd\.exe") as refused:
        await windows["start"].start([str(script), word], {})
    assert refused.value.exit_code == 126
    assert "powershell" in refused.value.hint


def test_a_command_line_is_written_as_aws_tools_read_it_there(windows: dict[str, Any]) -> None:
    words = ["C:\\Program Files\\sentinel.exe", "credentials", "dev"]
    assert windows["start"].join_words(words) == '"C:\\Program Files\\sentinel.exe" credentials dev'


def test_a_program_away_from_the_terminal_has_a_console_of_its_own(windows: dict[str, Any]) -> None:
    assert set(windows["start"].AWAY_FROM_THE_TERMINAL) == {"creationflags"}


@pytest.mark.parametrize("number", [signal.SIGINT, BREAK])
async def test_the_console_interrupts_the_child_and_we_wait_for_its_end(
    windows: dict[str, Any], tmp_path: Path, number: signal.Signals
) -> None:
    os.mkfifo(tmp_path / "ready")
    tool = _program(
        tmp_path, "tool.exe", f"#!/bin/sh\necho > {tmp_path / 'ready'}\nread line < {tmp_path / 'ready'}\nexit 5\n"
    )
    running = asyncio.create_task(windows["child"].run_child([str(tool)], dict(os.environ)))
    await asyncio.to_thread((tmp_path / "ready").read_text)
    signal.raise_signal(number)
    await asyncio.sleep(0)
    assert not running.done()
    await asyncio.to_thread((tmp_path / "ready").write_text, "go on\n")
    assert await running == 5


async def test_handlers_run_in_the_event_loop_and_are_gone_afterwards(windows: dict[str, Any]) -> None:
    came: asyncio.Queue[signal.Signals] = asyncio.Queue()
    before = [signal.getsignal(number) for number in windows["signals"].STOPPING]
    with windows["signals"].handling(dict.fromkeys(windows["signals"].STOPPING, came.put_nowait)):
        for number in (signal.SIGINT, BREAK):
            signal.raise_signal(number)
            assert await came.get() == number
    assert [signal.getsignal(number) for number in windows["signals"].STOPPING] == before


def test_what_programs_read_is_utf_8(windows: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(pipe, encoding="cp1252"))
    windows["streams"].write_utf8()
    print("給与", flush=True)  # noqa: T201 - what is tested
    assert pipe.getvalue() == "給与\n".encode()


def test_there_are_no_stops_to_follow(windows: dict[str, Any]) -> None:
    children = windows["children"]
    assert (children.STOPS, children.CHANGED) == ((), ())
    assert (children.collect_orphans(1), children.stop_of(1), children.stop_as(1, 1)) == (None, None, None)
