import asyncio
import json
import os
import pty
import shlex
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.client.fake_service import FakeService, Finished, Machine
from tests.e2e.client.screen import Screen

needs_a_namespace = pytest.mark.skipif(
    shutil.which("unshare") is None or subprocess.call(["unshare", "-Urpf", "true"]) != 0,
    reason="needs a process namespace of its own",
)
PRINT_ENVIRONMENT = "import json, os; print(json.dumps(dict(os.environ)))"


async def _child_environment(user: Machine, **more: str) -> dict[str, str]:
    done = await user.sentinel("exec", "dev", "--", sys.executable, "-c", PRINT_ENVIRONMENT, **more)
    assert done.code == 0, done.err
    environ: dict[str, str] = json.loads(done.out)
    return environ


async def test_the_request_is_signed_and_names_exactly_the_profile_and_duration(
    user: Machine, service: FakeService
) -> None:
    done = await user.sentinel("exec", "--duration", "30m", "dev", "--", "true")
    assert done.code == 0, done.err
    assert service.vends == ["dev"]
    assert [r.raw_path for r in service.requests if "profile=" in r.raw_path] == ["/?profile=dev&duration=1800"]


async def test_the_remote_server_may_be_a_flag(user: Machine, service: FakeService) -> None:
    done = await user.sentinel(
        "exec", "--remote-server", service.url, "dev", "--", "true", SENTINEL_REMOTE_SERVER="https://nowhere.invalid"
    )
    assert done.code == 0, done.err


async def test_the_child_has_no_other_source_of_credentials(user: Machine) -> None:
    environ = await _child_environment(
        user,
        AWS_ACCESS_KEY_ID="AKIAALICE00000000001",
        AWS_SECRET_ACCESS_KEY="alice-secret",
        AWS_CONTAINER_CREDENTIALS_RELATIVE_URI="/elsewhere",
        AWS_WEB_IDENTITY_TOKEN_FILE="/elsewhere",
        AWS_ROLE_ARN="arn:aws:iam::111122223333:role/elsewhere",
    )
    assert {name for name in environ if name.startswith(("AWS_", "BOTO", "SENTINEL_"))} == {
        "AWS_CONFIG_FILE",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_CREDENTIAL_PROFILES_FILE",
        "AWS_DEFAULT_REGION",
        "AWS_EC2_METADATA_DISABLED",
        "AWS_REGION",
        "AWS_SHARED_CREDENTIALS_FILE",
        "BOTO_CONFIG",
        "SENTINEL_EXEC",
        "SENTINEL_REMOTE_SERVER",
    }
    assert "alice-secret" not in json.dumps(environ)


async def test_a_runtime_folder_that_is_not_there_is_no_error(user: Machine) -> None:
    environ = await _child_environment(user, XDG_RUNTIME_DIR="/run/user/4242")
    assert Path(environ["AWS_CONFIG_FILE"]).name == "config"


async def test_the_child_runs_in_the_profiles_region(user: Machine) -> None:
    environ = await _child_environment(user)
    assert (environ["AWS_REGION"], environ["AWS_DEFAULT_REGION"]) == ("eu-west-3", "eu-west-3")


async def test_a_region_of_the_users_own_environment_wins(user: Machine, service: FakeService) -> None:
    environ = await _child_environment(user, AWS_REGION="eu-central-1")
    assert environ["AWS_REGION"] == "eu-central-1"
    assert [r.raw_path for r in service.requests] == ["/?profile=dev"]


async def test_a_refusal_is_shown_with_its_hint_and_no_child_starts(
    user: Machine, service: FakeService, tmp_path: Path
) -> None:
    service.refuse("prod")
    done = await user.sentinel("exec", "prod", "--", "touch", str(tmp_path / "ran"))
    assert (done.code, done.out) == (1, "")
    assert done.err == "sentinel: no rule matches\n  ask for it\n  request req-1\n"
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("code", "line"),
    [
        (0, "exit 0"),
        (3, "exit 3"),
        (130, "exit 130"),
        (-signal.SIGKILL, "kill -KILL $$"),
        (-signal.SIGTERM, "kill -TERM $$"),
        (-signal.SIGINT, "kill -INT $$"),
        (-signal.SIGQUIT, "kill -QUIT $$"),
    ],
)
async def test_the_end_of_the_command_is_ours(user: Machine, code: int, line: str) -> None:
    assert (await user.sentinel("exec", "dev", "--", "sh", "-c", line)).code == code


async def test_a_missing_command_is_127_and_one_that_cannot_run_is_126(user: Machine, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no program")
    missing = await user.sentinel("exec", "dev", "--", "no-such-command")
    assert (missing.code, missing.err) == (127, "sentinel: no-such-command: command not found\n")
    assert (await user.sentinel("exec", "dev", "--", str(tmp_path / "text"))).code == 126


async def test_a_script_without_a_first_line_is_run_by_the_shell_and_a_missing_interpreter_is_named(
    user: Machine, tmp_path: Path
) -> None:
    for name, text in (("plain", 'echo "$1 $0"\n'), ("broken", "#!/no/such/interpreter\n")):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o700)
    done = await user.sentinel("exec", "dev", "--", "plain", "ran", PATH=f"{tmp_path}:{user.environ['PATH']}")
    assert (done.code, done.out) == (0, f"ran {tmp_path / 'plain'}\n")
    broken = await user.sentinel("exec", "dev", "--", str(tmp_path / "broken"))
    assert (broken.code, "first line names is missing" in broken.err) == (126, True)


async def _shell(user: Machine, line: str) -> Finished:
    """Run a line in a shell in which `sentinel` is our command."""
    words = shlex.join([sys.executable, "-m", "sentinel"])
    process = await asyncio.create_subprocess_exec(
        "bash",
        "-c",
        f'sentinel() {{ {words} "$@"; }}\n{line.replace("SENTINEL", words)}',
        env=dict(user.environ),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return Finished(process.returncode, out.decode(), err.decode())


async def test_descriptors_that_the_caller_opened_reach_the_command(user: Machine, tmp_path: Path) -> None:
    done = await _shell(user, "sentinel exec dev -- cat <(echo substituted)")
    assert (done.code, done.out) == (0, "substituted\n"), done.err
    done = await _shell(user, f"sentinel exec dev -- sh -c 'echo third >&3' 3>{tmp_path / 'third'}")
    assert (done.code, (tmp_path / "third").read_text()) == (0, "third\n"), done.err


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_what_the_caller_ignores_the_command_ignores_and_nothing_else(user: Machine) -> None:
    show = "grep SigIgn /proc/self/status"
    for ignored in ("", "trap '' HUP; ", "trap '' INT QUIT; ", "trap '' TSTP TTIN TTOU; "):
        plain = await _shell(user, f"{ignored}{show}")
        wrapped = await _shell(user, f"{ignored}sentinel exec dev -- {show}")
        assert (wrapped.code, wrapped.out) == (0, plain.out), wrapped.err


async def test_an_exit_code_is_not_lost_where_the_caller_ignores_the_ends_of_children(user: Machine) -> None:
    done = await _shell(user, "trap '' CHLD; SENTINEL exec dev -- sh -c 'exit 3'")
    assert done.code == 3, done.err


async def test_what_was_ignored_does_not_end_the_command(user: Machine) -> None:
    words = shlex.join([sys.executable, "-m", "sentinel"])
    process = await asyncio.create_subprocess_exec(
        "sh",
        "-c",
        f"trap '' HUP; exec {words} exec dev -- sh -c 'echo ready; read line; echo $line'",
        env=dict(user.environ),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    os.killpg(process.pid, signal.SIGHUP)
    out, _ = await process.communicate(b"still here\n")
    assert (process.returncode, out) == (0, b"still here\n")


ON_A_TERMINAL = (
    "import fcntl, os, sys, termios; "
    "os.setsid(); fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execvp(sys.argv[1], sys.argv[1:])"
)


async def test_a_loop_of_a_shell_ends_with_the_command_that_ctrl_c_interrupts(user: Machine) -> None:
    ours, theirs = pty.openpty()
    words = shlex.join([sys.executable, "-m", "sentinel"])
    loop = f"for i in 1 2; do {words} exec dev -- sh -c 'echo ready; read line'; done; echo after the loop"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", ON_A_TERMINAL, "bash", "-c", loop),
        env=dict(user.environ),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = Screen(ours)
    await shown.until("ready")
    os.write(ours, b"\x03")
    assert await process.wait() == -signal.SIGINT
    shown.close()
    assert (shown.text.count("ready"), "after the loop" in shown.text) == (1, False)


ORPHAN = """
import os, pathlib, time
def states():
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        yield int(path.parent.name), path.read_text().rpartition(")")[2].split()[0]
middle = os.fork()
if not middle:
    os.fork()
    os._exit(0)
os.waitpid(middle, 0)
while any(state == "Z" for _, state in states()) or len(list(states())) > 2:
    time.sleep(0.01)
print("collected")
"""


@needs_a_namespace
async def test_orphans_are_collected_by_the_first_process_of_a_container(user: Machine) -> None:
    done = await _shell(user, f"exec unshare -Urpf --mount-proc SENTINEL exec dev -- {sys.executable} -c '{ORPHAN}'")
    assert (done.code, done.out) == (0, "collected\n"), done.err


# The kernel keeps from a container's first process each signal that it has no handler for.
SIGNAL_THE_FIRST = """
import os, signal
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGHUP})
for number in (signal.SIGTERM, signal.SIGHUP):
    os.kill(1, number)
    print(signal.sigwait({number}).name, flush=True)
signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
os.kill(1, signal.SIGTERM)
signal.pause()
"""


@needs_a_namespace
async def test_the_first_process_of_a_container_passes_signals_on(user: Machine) -> None:
    done = await _shell(
        user, f"exec unshare -Urpf --mount-proc SENTINEL exec dev -- {sys.executable} -c '{SIGNAL_THE_FIRST}'"
    )
    assert (done.code, done.out) == (128 + signal.SIGTERM, "SIGTERM\nSIGHUP\n"), done.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1])
async def test_a_signal_reaches_the_child(user: Machine, number: signal.Signals) -> None:
    # Blocked and awaited, not handled: a handler could run inside the print it follows.
    wait = (
        "import signal, sys\n"
        f"signal.pthread_sigmask(signal.SIG_BLOCK, {{{int(number)}}})\n"
        "print('ready', flush=True)\n"
        f"print('caught', int(signal.sigwait({{{int(number)}}})), flush=True)\n"
        "sys.exit(7)\n"
    )
    process = await user.start("exec", "dev", "--", sys.executable, "-c", wait)
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    process.send_signal(number)
    assert await process.communicate() == (f"caught {int(number)}\n".encode(), b"")
    assert process.returncode == 7


async def test_options_after_the_profile_belong_to_the_command(user: Machine) -> None:
    done = await user.sentinel("exec", "dev", "echo", "--json", "--debug", "--", "-x")
    assert (done.code, done.out) == (0, "--json --debug -- -x\n")


async def test_sessions_do_not_nest(user: Machine, service: FakeService) -> None:
    done = await user.sentinel("exec", "dev", "--", sys.executable, "-m", "sentinel", "exec", "staging", "--", "true")
    assert done.code == 2
    assert "already a session of the profile dev" in done.err
    assert service.vends == ["dev"]


async def test_inside_a_session_the_users_own_credentials_are_out_of_reach(user: Machine) -> None:
    done = await user.sentinel("exec", "dev", "--", sys.executable, "-m", "sentinel", "whoami")
    assert done.code == 1
    assert "run this in a shell outside of it" in done.err


async def test_the_childs_configuration_is_private_holds_no_secret_and_is_gone_afterwards(user: Machine) -> None:
    show = (
        "import os, json\n"
        "files = [os.environ['AWS_CONFIG_FILE'], os.environ['AWS_SHARED_CREDENTIALS_FILE']]\n"
        "modes = lambda f: [os.stat(f).st_mode, os.stat(os.path.dirname(f)).st_mode]\n"
        "print(json.dumps([[f, *modes(f), open(f).read()] for f in files]))"
    )
    done = await user.sentinel("exec", "dev", "--", sys.executable, "-c", show)
    for name, mode, folder_mode, text in json.loads(done.out):
        assert stat.S_IMODE(mode) == 0o600
        assert stat.S_IMODE(folder_mode) == 0o700
        assert "alice-secret" not in text
        assert not Path(name).exists()


async def test_the_endpoint_ends_with_the_child(user: Machine) -> None:
    environ = await _child_environment(user)
    port = int(environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"].split(":")[2].split("/")[0])
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)


async def test_without_a_remote_server_the_error_says_how_to_set_one(user: Machine) -> None:
    done = await user.sentinel("exec", "dev", "--", "true", SENTINEL_REMOTE_SERVER="")
    assert done.code == 2
    assert "--remote-server URL" in done.err
    assert "SENTINEL_REMOTE_SERVER" in done.err
    assert str(user.home / ".config/sentinel/config.toml") in done.err
