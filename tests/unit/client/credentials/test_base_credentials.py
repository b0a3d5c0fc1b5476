"""The caller's own credentials: found once by however many threads, and never by asking the owner of the terminal."""

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.message import Message
from pathlib import Path
from types import FrameType
from typing import Final

import pytest

from sentinel.credentials.base import BaseCredentials
from sentinel.credentials.base_chain import named_profile, open_chain, profile_name
from sentinel.credentials.variables import RESOLVING
from sentinel.errors import BaseCredentialsError
from sentinel.remote_server import parse_remote_server
from sentinel.settings import Settings
from sentinel.system.start import join_words
from shared.clock import utc_now
from tests.patience import LIMIT_S
from tests.unit.client.local_server import LocalServer

SERVER: Final = parse_remote_server("https://abc123.execute-api.eu-central-1.amazonaws.com")
PROGRAM: Final = """
import json, os, pathlib, sys, time
folder = pathlib.Path(sys.argv[1])
with (folder / "calls").open("a") as calls:
    session = os.getsid(0) if hasattr(os, "getsid") else None
    observed = {"marker": os.environ.get("SENTINEL_RESOLVING"), "session": session, "stdin": os.fstat(0).st_rdev}
    calls.write(json.dumps(observed) + "\\n")
while (folder / "wait").exists():
    time.sleep(0.01)
if (folder / "fail").exists():
    sys.exit("no login today")
print(json.dumps({"Version": 1, "AccessKeyId": "AKIAOWN0000000000001", "SecretAccessKey": "s"}))
"""
ISSUED: Final = """<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
<AccessKeyId>ASIAOWN0000000000001</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>
<Expiration>{until}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"""
REFUSED: Final = """<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>
<Code>AccessDenied</Code><Message>MultiFactorAuthentication failed</Message></Error></ErrorResponse>"""


@pytest.fixture
def configure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", RESOLVING):
        monkeypatch.delenv(name, raising=False)

    def write(text: str) -> None:
        (tmp_path / "config").write_text(text)
        monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))

    return write


@pytest.fixture
def program(tmp_path: Path) -> str:
    (tmp_path / "program.py").write_text(PROGRAM)
    return join_words([sys.executable, str(tmp_path / "program.py"), str(tmp_path)])


@pytest.fixture
def calls(tmp_path: Path) -> Callable[[], list[dict[str, object]]]:
    def read() -> list[dict[str, object]]:
        path = tmp_path / "calls"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    return read


def sign(base: BaseCredentials) -> str:
    return base.sign("GET", SERVER.url("/", {}), SERVER)["Authorization"]


def outcomes(base: BaseCredentials, threads: int = 8) -> list[str]:
    """Sign in that many threads at once, and give what became of each."""
    ready = threading.Barrier(threads)

    def one(_: int) -> str:
        ready.wait(LIMIT_S)
        try:
            return sign(base).partition("/")[0]
        except BaseCredentialsError as error:
            return error.message

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, range(threads)))


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def waiting(function: str, variable: str) -> int:
    """Count the threads that are in a function and have given its variable a value."""

    def holds(frame: FrameType | None) -> bool:
        while frame is not None:
            if frame.f_code.co_name == function and variable in frame.f_locals:
                return True
            frame = frame.f_back
        return False

    return sum(map(holds, sys._current_frames().values()))


@pytest.mark.parametrize("source", ["direct", "source_profile"])
def test_a_program_is_run_once_and_alone_is_marked(
    configure: Callable[[str], None],
    program: str,
    calls: Callable[[], list[dict[str, object]]],
    tmp_path: Path,
    sts: "FakeSts",
    source: str,
) -> None:
    chained = f"role_arn = arn:aws:iam::111122223333:role/x\nsource_profile = own\nendpoint_url = {sts.url}\n"
    own = f"credential_process = {program}\n"
    configure(f"[default]\nregion = eu-central-1\n{own if source == 'direct' else chained}[profile own]\n{own}")
    (tmp_path / "wait").touch()
    base = BaseCredentials(None)
    with ThreadPoolExecutor(1) as pool:
        found = pool.submit(outcomes, base)
        until(calls)
        assert RESOLVING not in os.environ
        (tmp_path / "wait").unlink()
    assert len(set(found.result())) == 1
    [call] = calls()
    assert call["marker"] == str(os.getpid())
    assert RESOLVING not in os.environ


def test_threads_that_wait_get_the_one_failure(
    configure: Callable[[str], None],
    program: str,
    calls: Callable[[], list[dict[str, object]]],
    tmp_path: Path,
) -> None:
    configure(f"[default]\ncredential_process = {program}\n")
    for name in ("wait", "fail"):
        (tmp_path / name).touch()
    base = BaseCredentials(None)
    with ThreadPoolExecutor(1) as pool:
        found = pool.submit(outcomes, base, 4)
        until(lambda: waiting("_frozen", "failures") == 4)
        (tmp_path / "wait").unlink()
    assert (len(set(found.result())), len(calls())) == (1, 1)
    assert "no login today" in found.result()[0]
    (tmp_path / "fail").unlink()
    assert sign(base)


def test_signatures_of_several_threads_are_safe(configure: Callable[[str], None]) -> None:
    configure("[default]\nregion = eu-central-1\naws_access_key_id = AKIAOWN0000000000001\naws_secret_access_key = s\n")
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for _ in range(20):
            assert len(set(outcomes(BaseCredentials(None)))) == 1
    finally:
        sys.setswitchinterval(interval)


class FakeSts(LocalServer):
    """STS as far as AssumeRole."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.refuses = False
        super().__init__()

    def answer(self, headers: Message, body: str) -> tuple[int, str]:  # noqa: ARG002 - every caller is the same here
        self.asked.append(body)
        if self.refuses:
            return 403, REFUSED
        return 200, ISSUED.format(until=(utc_now() + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ"))


@pytest.fixture
def sts(socket_enabled: None) -> Iterator[FakeSts]:
    assert socket_enabled is None
    with FakeSts() as fake:
        yield fake


@pytest.fixture
def mfa(configure: Callable[[str], None], sts: FakeSts) -> None:
    configure(
        "[default]\nregion = eu-central-1\nrole_arn = arn:aws:iam::111122223333:role/alice\nsource_profile = keys\n"
        f"mfa_serial = arn:aws:iam::111122223333:mfa/alice\nendpoint_url = {sts.url}\n"
        "[profile keys]\naws_access_key_id = AKIAOWN0000000000001\naws_secret_access_key = s\n"
    )


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    prompts: list[str] = []

    def ask(prompt: str) -> str:
        prompts.append(prompt)
        return "123456"

    monkeypatch.setattr("getpass.getpass", ask)
    return prompts


@pytest.mark.usefixtures("mfa")
def test_a_one_time_code_is_asked_for_once(sts: FakeSts, asked: list[str]) -> None:
    found = outcomes(BaseCredentials(None))
    assert len(set(found)) == 1
    assert "ASIAOWN0000000000001" in found[0]
    assert (len(asked), len(sts.asked)) == (1, 1)


@pytest.mark.usefixtures("mfa", "asked")
def test_whether_a_code_was_asked_for_is_known() -> None:
    base = BaseCredentials(None)
    assert not base.has_asked
    sign(base)
    assert base.has_asked


@pytest.mark.usefixtures("mfa")
def test_nothing_is_asked_once_another_process_owns_the_terminal(sts: FakeSts, asked: list[str]) -> None:
    base = BaseCredentials(None)
    sign(base)
    base.stop_asking()
    base.forget()
    with pytest.raises(BaseCredentialsError, match="one-time code"):
        sign(base)
    assert (len(asked), len(sts.asked)) == (1, 1)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no sessions of a terminal")
def test_a_program_has_no_terminal_once_another_process_owns_it(
    configure: Callable[[str], None], program: str, calls: Callable[[], list[dict[str, object]]]
) -> None:
    configure(f"[default]\ncredential_process = {program}\n")
    base = BaseCredentials(None)
    sign(base)
    base.stop_asking()
    base.forget()
    sign(base)
    before, after = calls()
    assert before["session"] == os.getsid(0)
    assert after["session"] != os.getsid(0)
    assert after["stdin"] == os.stat(os.devnull).st_rdev  # noqa: PTH116 - the device, not the path


OURS: Final = "[profile dev]\ncredential_process = {} credentials --remote-server https://x.example dev\n"


@pytest.mark.parametrize(
    "program",
    [
        "sentinel",
        "/usr/local/bin/sentinel",
        "'/home/a b/bin/sentinel'",
        "python3 -m sentinel",
        "python3 -P -m sentinel",
    ],
)
@pytest.mark.parametrize("variable", ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"])
def test_a_profile_of_ours_that_the_environment_names_is_passed_over(
    configure: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, program: str, variable: str
) -> None:
    configure(OURS.format(program))
    monkeypatch.setenv(variable, "dev")
    chain = open_chain(None, input, lambda: True)
    assert profile_name(chain) == "default"
    names = [provider.METHOD for provider in chain.get_component("credential_provider").providers]
    # Keys in the environment and a machine's role are sources still.
    assert {"env", "container-role", "iam-role"} <= set(names)
    assert named_profile() is None


def test_a_profile_of_ours_that_is_named_outright_is_refused(
    configure: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(OURS.format("sentinel") + "[profile chained]\nrole_arn = x\nsource_profile = dev\n")
    with pytest.raises(BaseCredentialsError, match="from sentinel itself"):
        open_chain("dev", input, lambda: True)
    monkeypatch.setenv("AWS_PROFILE", "chained")
    with pytest.raises(BaseCredentialsError, match="from sentinel itself"):
        open_chain(None, input, lambda: True)
    assert named_profile() == "chained"


def test_a_default_profile_of_ours_is_refused(configure: Callable[[str], None]) -> None:
    configure("[default]\ncredential_process = sentinel credentials dev\n")
    with pytest.raises(BaseCredentialsError, match="the AWS profile default gets its credentials from sentinel"):
        open_chain(None, input, lambda: True)


def test_a_marked_process_looks_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(RESOLVING, str(os.getpid()))
    with pytest.raises(BaseCredentialsError, match="by sentinel itself"):
        open_chain(None, input, lambda: True)


def test_a_config_that_cannot_be_read_is_an_error_with_a_remedy(configure: Callable[[str], None]) -> None:
    configure("[default\nregion")
    with pytest.raises(BaseCredentialsError, match="cannot be used"):
        BaseCredentials(None).profile_config()


@pytest.mark.parametrize("name", ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"])
def test_a_profile_that_does_not_exist_is_named_with_a_remedy(
    configure: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    configure("[default]\nregion = eu-central-1\n[profile work]\n")
    monkeypatch.setenv(name, "wrok")
    with pytest.raises(BaseCredentialsError, match="wrok") as mistyped:
        BaseCredentials(None).region()
    assert "did you mean work?" in mistyped.value.hint
    monkeypatch.setenv(name, "nowhere")
    for ask in (BaseCredentials.access_key_id, BaseCredentials.region, BaseCredentials.profile_config):
        with pytest.raises(BaseCredentialsError, match="nowhere") as caught:
            ask(BaseCredentials(None))
        assert "the AWS configuration has default, work" in caught.value.hint
    monkeypatch.setenv("AWS_CA_BUNDLE", "/etc/corp.pem")
    assert BaseCredentials(None).ca_bundle() == "/etc/corp.pem"


def test_a_login_that_has_ended_is_named_with_the_command_that_begins_another(configure: Callable[[str], None]) -> None:
    configure(
        "[profile corp]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = dev\nregion = eu-west-1\n"
        "[sso-session corp]\nsso_region = eu-central-1\nsso_start_url = https://corp.example/start\n"
    )
    with pytest.raises(BaseCredentialsError, match="SSO Token") as caught:
        BaseCredentials("corp").access_key_id()
    assert caught.value.hint == "log in again (for example: aws sso login --profile corp)"


SETTINGS: Final = """
[profile "my own"]
region = eu-west-1
ca_bundle = /etc/corp.pem
services = my services
s3 =
    addressing_style = path
[services 'my services']
sts =
    endpoint_url = https://sts.example
"""


def test_settings_of_a_profile_are_what_botocore_reads(
    configure: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    configure(SETTINGS)
    (tmp_path / "credentials").write_text("[my own]\nregion = eu-west-2\n")
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    base = BaseCredentials("my own")
    assert base.profile_config().settings["s3"] == {"addressing_style": "path"}
    assert base.profile_config().services == {"sts": {"endpoint_url": "https://sts.example"}}
    # The credentials file wins, as it does for AWS tools.
    assert (base.region(), base.ca_bundle()) == ("eu-west-2", "/etc/corp.pem")


def test_variables_win_over_the_profile_and_the_bundle_of_all_programs_comes_last(
    configure: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(SETTINGS)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/etc/all.pem")
    assert BaseCredentials(None).ca_bundle() == "/etc/all.pem"
    assert BaseCredentials("my own").ca_bundle() == "/etc/corp.pem"
    monkeypatch.setenv("AWS_CA_BUNDLE", "/etc/aws.pem")
    assert BaseCredentials("my own").ca_bundle() == "/etc/aws.pem"
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    assert BaseCredentials("my own").region() == "us-east-1"
    monkeypatch.setenv("AWS_REGION", "us-east-2")
    assert BaseCredentials("my own").region() == "us-east-2"


def test_a_command_has_one_holder_of_them_for_all_its_calls(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "config.toml", aws_profile="own")
    assert settings.base() is settings.base()
    assert Settings(tmp_path / "config.toml", aws_profile="own").base() is not settings.base()
    assert "Credentials" not in repr(settings)
