"""The commands that AWS tools and people start, as Windows imports them: its locks, folders, signals and programs.

The system below them is this one; see `tests.unit.client.system.other_platform`.
"""

import asyncio
import json
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.client.fake_service import FakeService, Finished, Machine
from tests.forks.fork import ForkServer
from tests.forks.program import BASE, Program, start
from tests.unit.client.system import other_platform
from tests.unit.client.system.other_platform import BREAK, every_module

SHOW = f"""#!{sys.executable}
import json, os, sys, urllib.request
ask = urllib.request.Request(os.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"])
ask.add_header("Authorization", os.environ["AWS_CONTAINER_AUTHORIZATION_TOKEN"])
print(json.dumps([json.load(urllib.request.urlopen(ask)), dict(os.environ), sys.argv[1:]]))
sys.exit(5)
"""
WAIT = f"""#!{sys.executable}
import signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, {{signal.SIGINT, {int(BREAK)}}})
print("ready", flush=True)
print(signal.sigwait({{signal.SIGINT, {int(BREAK)}}}).name, flush=True)
sys.exit(6)
"""


@dataclass(frozen=True)
class Windows:
    user: Machine
    bin: Path
    server: ForkServer

    async def start(self, *arguments: str, **more: str) -> Program:
        known = {
            "LOCALAPPDATA": str(self.user.home / "AppData" / "Local"),
            "APPDATA": str(self.user.home / "AppData" / "Roaming"),
            "PATH": f"{self.user.home / 'none'};{self.bin}",
            "PATHEXT": ".COM;.EXE;.BAT;.CMD",
        }
        return await start(
            self.server, other_platform.__name__, "win32", *arguments, environ={**self.user.environ, **known, **more}
        )

    async def sentinel(self, *arguments: str, **more: str) -> Finished:
        process = await self.start(*arguments, **more)
        out, err = await process.communicate()
        assert process.returncode is not None
        return Finished(process.returncode, out.decode(), err.decode())


@pytest.fixture(scope="module")
def server() -> ForkServer:
    """Has the client's modules as this platform has them: each command imports them again, as Windows does."""
    return ForkServer(every_module(), BASE)


@pytest.fixture
def windows(user: Machine, server: ForkServer, tmp_path: Path) -> Windows:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, text in (("show.exe", SHOW), ("wait.exe", WAIT), ("batch.cmd", "@echo off\n")):
        (programs / name).write_text(text)
        (programs / name).chmod(0o700)
    return Windows(user, programs, server)


async def test_exec_runs_a_program_with_the_profile_s_credentials_and_ends_as_it_does(windows: Windows) -> None:
    done = await windows.sentinel("exec", "dev", "--", "show", "a b", "--json")
    assert done.code == 5, done.err
    credentials, environ, words = json.loads(done.out)
    assert (credentials["AccessKeyId"], words) == ("ASIAVENDED0000000001", ["a b", "--json"])
    assert environ["SENTINEL_EXEC"] == "dev"
    assert not Path(environ["AWS_CONFIG_FILE"]).exists()


@pytest.mark.parametrize(("words", "code"), [(["absent"], 127), (["batch", "%PATH%"], 126)])
async def test_exec_says_what_cannot_be_run(windows: Windows, words: list[str], code: int) -> None:
    done = await windows.sentinel("exec", "dev", "--", *words)
    assert (done.code, "Traceback" in done.err) == (code, False)


@pytest.mark.parametrize("number", [signal.SIGINT, BREAK])
async def test_the_console_interrupts_the_command_and_its_end_is_ours(windows: Windows, number: signal.Signals) -> None:
    process = await windows.start("exec", "dev", "--", "wait")
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    os.killpg(process.pid, number)
    out, err = await process.communicate()
    assert (process.returncode, out) == (6, f"{number.name}\n".encode()), err


async def test_ctrl_c_before_the_command_starts_ends_as_windows_says_it(windows: Windows, service: FakeService) -> None:
    service.open.clear()
    process = await windows.start("exec", "dev", "--", "show")
    await service.asked.wait()
    os.killpg(process.pid, signal.SIGINT)
    out, err = await process.communicate()
    assert (process.returncode, out, b"Traceback" in err) == (0xC000013A & 0xFF, b"", False)


async def test_parallel_calls_are_one_session_kept_in_the_user_s_profile(
    windows: Windows, service: FakeService
) -> None:
    calls = await asyncio.gather(*(windows.sentinel("credentials", "dev") for _ in range(4)))
    assert {call.code for call in calls} == {0}, calls
    assert (len({call.out for call in calls}), service.vends) == (1, ["dev"])
    assert len(list((windows.user.home / "AppData/Local/sentinel/credentials").glob("*.json"))) == 1
    assert not (windows.user.home / ".cache").exists()


async def test_a_cache_outside_the_profile_is_refused(
    windows: Windows, service: FakeService, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    done = await windows.sentinel("credentials", "dev", XDG_CACHE_HOME=str(elsewhere))
    assert (done.code, "is not in your profile" in done.err, service.vends) == (2, True, [])


@pytest.mark.parametrize("number", [signal.SIGINT, BREAK])
async def test_serve_ends_with_the_console_s_signals(windows: Windows, number: signal.Signals) -> None:
    process = await windows.start("serve", "--json", "dev")
    assert process.stdout is not None
    assert json.loads(await process.stdout.readline())["profile"] == "dev"
    process.send_signal(number)
    _, err = await process.communicate()
    assert (process.returncode, b"Traceback" in err) == (0, False)


async def test_configure_writes_profiles_and_settings_are_read_from_the_roaming_folder(windows: Windows) -> None:
    settings = windows.user.home / "AppData/Roaming/sentinel/config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text(f'remote_server = "{windows.user.environ["SENTINEL_REMOTE_SERVER"]}"\n')
    done = await windows.sentinel("configure", "dev", SENTINEL_REMOTE_SERVER="")
    text = (windows.user.home / ".aws/config").read_text()
    assert "[profile dev]\ncredential_process = " in text, done.err


async def test_env_takes_the_session_that_is_kept(windows: Windows, service: FakeService) -> None:
    for form in ("powershell", "cmd", "json"):
        done = await windows.sentinel("env", "dev", "--format", form)
        assert (done.code, "ASIAVENDED0000000001" in done.out) == (0, True), done.err
    assert service.vends == ["dev"]


@pytest.mark.parametrize("command", ["proof", "curl"])
async def test_proofs_are_made(windows: Windows, command: str) -> None:
    url = windows.user.environ["SENTINEL_REMOTE_SERVER"]
    words = [
        command,
        "--profile",
        "dev",
        "--api",
        "abc123",
        "--region",
        "eu-central-1",
        *([url] if command == "curl" else []),
    ]
    here, there = await windows.user.sentinel(*words), await windows.sentinel(*words)
    assert (there.code, there.err) == (here.code, here.err)
    assert (len(there.out), command == "proof") == (len(here.out), there.code == 0)
