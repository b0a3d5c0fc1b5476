"""`sentinel setup`: a team's settings and profiles, shown and confirmed before anything changes."""

import asyncio
import hashlib
import json
import os
import pty
import shlex
import stat
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.e2e.client.fake_service import REGION, FakeService, Finished, Machine
from tests.e2e.client.screen import Screen

OTHER = "https://other.example"


@pytest.fixture
def laptop(secure: Machine, bundle: Path) -> Machine:
    """Give a machine that trusts the company and knows no server yet."""
    kept = {name: value for name, value in secure.environ.items() if name != "SENTINEL_REMOTE_SERVER"}
    return replace(secure, environ={**kept, "AWS_CA_BUNDLE": str(bundle)})


@pytest.fixture
def url(secure_service: FakeService) -> str:
    return f"{secure_service.url}/team.toml"


def team(service: FakeService, server: str = "", *profiles: str) -> bytes:
    tables = "".join(f'[profiles.{name}]\nregion = "eu-west-3"\n' for name in profiles or ("dev", "staging"))
    text = (
        f'version = 1\nname = "Example Corp"\nremote_server = "{server or service.url}"\nregion = "{REGION}"\n{tables}'
    )
    service.files["/team.toml"] = text.encode()
    return text.encode()


def config_of(machine: Machine) -> str:
    return (machine.home / ".aws/config").read_text()


def kept_of(machine: Machine) -> Path:
    return machine.home / ".config/sentinel/team.json"


async def test_after_setup_commands_and_aws_profiles_work(
    laptop: Machine, secure_service: FakeService, url: str
) -> None:
    team(secure_service)
    own = config_of(laptop)
    done = await laptop.sentinel("setup", "--yes", url)
    assert done.code == 0, done.err
    assert "set up for Example Corp" in done.err
    assert stat.S_IMODE(kept_of(laptop).stat().st_mode) == 0o600
    assert (await laptop.sentinel("whoami")).code == 0
    assert config_of(laptop).startswith(own)
    line = next(line for line in config_of(laptop).splitlines() if line.endswith(" dev"))
    process = await asyncio.create_subprocess_exec(
        *shlex.split(line.partition("=")[2]), env=laptop.environ, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert json.loads(out)["Version"] == 1


async def test_doing_it_again_changes_nothing_and_asks_nothing(
    laptop: Machine, secure_service: FakeService, url: str
) -> None:
    team(secure_service)
    await laptop.sentinel("setup", "--yes", url)
    before = config_of(laptop), kept_of(laptop).read_bytes()
    done = await laptop.sentinel("setup", url)
    assert (done.code, "nothing to change" in done.err) == (0, True), done.err
    assert (config_of(laptop), kept_of(laptop).read_bytes()) == before


async def test_removing_it_restores_the_config_byte_for_byte_and_keeps_profiles_of_ones_own(
    laptop: Machine, secure_service: FakeService, url: str
) -> None:
    own = config_of(laptop)
    team(secure_service)
    await laptop.sentinel("setup", "--yes", url)
    assert (await laptop.sentinel("setup", "--remove")).code == 2
    done = await laptop.sentinel("setup", "--remove", "--yes")
    assert done.code == 0, done.err
    assert (config_of(laptop), kept_of(laptop).exists()) == (own, False)
    again = await laptop.sentinel("setup", "--remove", "--yes")
    assert (again.code, "nothing to change" in again.err) == (0, True)


async def test_a_profile_that_left_the_file_leaves_the_config_and_one_of_another_server_stays(
    laptop: Machine, secure_service: FakeService, url: str
) -> None:
    team(secure_service)
    await laptop.sentinel("setup", "--yes", url)
    path = laptop.home / ".aws/config"
    path.write_text(config_of(laptop).replace(f"{secure_service.url} staging", f"{OTHER} staging"))
    path.write_text(config_of(laptop).replace(f"{secure_service.url} --region {REGION} staging", f"{OTHER} staging"))
    team(secure_service, "", "qa")
    done = await laptop.sentinel("setup", "--yes", url)
    assert done.code == 0, done.err
    assert "[profile dev]" not in config_of(laptop)
    assert "[profile qa]" in config_of(laptop)
    assert "[profile staging]" in config_of(laptop)


async def test_without_a_terminal_and_yes_nothing_changes(
    laptop: Machine, secure_service: FakeService, url: str
) -> None:
    own = config_of(laptop)
    team(secure_service)
    done = await laptop.sentinel("setup", url)
    assert (done.code, "pass --yes" in done.err) == (2, True)
    dry = await laptop.sentinel("setup", "--dry-run", url)
    assert dry.code == 0, dry.err
    assert f"remote_server    not set -> {secure_service.url}" in dry.out
    assert "+[profile dev]" in dry.out
    assert (config_of(laptop), kept_of(laptop).exists()) == (own, False)


@pytest.mark.parametrize(("answer", "changed"), [(b"y\n", True), (b"n\n", False), (b"\n", False)])
async def test_a_person_is_shown_where_requests_will_go_and_asked(
    laptop: Machine, secure_service: FakeService, url: str, answer: bytes, *, changed: bool
) -> None:
    team(secure_service)
    ours, theirs = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sentinel", "setup", url),
        env=dict(laptop.environ),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    shown = Screen(ours)
    await shown.until(f"send signed requests to {secure_service.url}?")
    assert "+[profile dev]" in shown.text
    os.write(ours, answer)
    await process.wait()
    shown.close()
    assert kept_of(laptop).exists() == changed


async def _change_of_server(laptop: Machine, service: FakeService, url: str, *more: str) -> Finished:
    team(service, OTHER)
    return await laptop.sentinel("setup", "--yes", *more, url)


@pytest.mark.parametrize("place", ["team file", "settings file", "variable", "AWS profile"])
async def test_yes_alone_never_replaces_a_server_wherever_it_is_set(
    laptop: Machine, secure_service: FakeService, url: str, place: str
) -> None:
    match place:
        case "team file":
            team(secure_service)
            await laptop.sentinel("setup", "--yes", url)
        case "settings file":
            kept_of(laptop).parent.mkdir(parents=True)
            (kept_of(laptop).parent / "config.toml").write_text(f'remote_server = "{secure_service.url}"\n')
        case "variable":
            laptop = replace(laptop, environ={**laptop.environ, "SENTINEL_REMOTE_SERVER": secure_service.url})
        case "AWS profile":
            flags = ("--remote-server", secure_service.url, "--region", REGION)
            assert (await laptop.sentinel("configure", *flags, "dev")).code == 0
    before = config_of(laptop)
    for more in ((), ("--accept-server", "https://another.example")):
        done = await _change_of_server(laptop, secure_service, url, *more)
        assert done.code == 2, done.err
        assert f"{OTHER} would take the place of {secure_service.url}" in done.err
        assert config_of(laptop) == before
    done = await _change_of_server(laptop, secure_service, url, "--accept-server", f"{OTHER}/")
    assert done.code == 0, done.err
    assert json.loads(kept_of(laptop).read_text())["remote_server"] == OTHER
    wins = f"a setting of your own names {secure_service.url}, which wins" in done.err
    assert wins == (place in ("settings file", "variable"))


async def test_the_profile_that_signs_is_the_users_word_alone_and_is_kept(
    laptop: Machine, secure_service: FakeService, url: str
) -> None:
    credentials = laptop.home / ".aws/credentials"
    credentials.write_text(credentials.read_text().replace("[default]", "[work]"))
    team(secure_service)
    assert (await laptop.sentinel("setup", "--yes", "--aws-profile", "work", url)).code == 0
    assert " --aws-profile work " in config_of(laptop)
    assert (await laptop.sentinel("whoami")).code == 0
    again = await laptop.sentinel("setup", "--yes", url)
    assert (again.code, "nothing to change" in again.err) == (0, True)


async def test_a_name_of_ones_own_is_never_overwritten(laptop: Machine, secure_service: FakeService, url: str) -> None:
    path = laptop.home / ".aws/config"
    path.write_text(config_of(laptop) + "[profile staging]\nregion = x\n")
    own = config_of(laptop)
    team(secure_service)
    done = await laptop.sentinel("setup", "--yes", url)
    assert (done.code, "staging is already there" in done.err) == (2, True)
    team(secure_service, "", "default")
    assert (await laptop.sentinel("setup", "--yes", url)).code == 2
    team(secure_service, "", "--no-cache")
    assert (await laptop.sentinel("setup", "--yes", url)).code == 2
    assert (config_of(laptop), kept_of(laptop).exists()) == (own, False)


async def test_the_profile_of_every_tool_is_not_written_even_where_there_is_none(
    laptop: Machine, secure_service: FakeService, url: str
) -> None:
    (laptop.home / ".aws/config").unlink()
    (laptop.home / ".aws/credentials").unlink()
    team(secure_service, "", "default")
    done = await laptop.sentinel("setup", "--yes", url)
    assert (done.code, "without --profile" in done.err) == (2, True)
    assert not (laptop.home / ".aws/config").exists()


async def test_inside_a_session_there_is_no_config_to_write(
    laptop: Machine, secure_service: FakeService, url: str
) -> None:
    team(secure_service)
    for command in (("setup", "--yes", url), ("configure", "--remove")):
        done = await laptop.sentinel(*command, SENTINEL_EXEC="dev")
        assert (done.code, "in another shell" in done.err) == (2, True)


async def test_a_local_file_serves_and_a_digest_pins_it(laptop: Machine, secure_service: FakeService) -> None:
    content = team(secure_service)
    (laptop.home / "team.toml").write_bytes(content)
    path = str(laptop.home / "team.toml")
    wrong = await laptop.sentinel("setup", "--yes", "--sha256", "0" * 64, path)
    assert (wrong.code, "another SHA-256" in wrong.err) == (2, True)
    done = await laptop.sentinel("setup", "--yes", "--sha256", hashlib.sha256(content).hexdigest(), path)
    assert done.code == 0, done.err


async def test_what_is_not_the_file_itself_by_https_is_refused(
    laptop: Machine, service: FakeService, secure_service: FakeService, url: str
) -> None:
    service.files["/team.toml"] = team(secure_service)
    for source in (
        f"{service.url}/team.toml",
        "file:///etc/passwd",
        url.replace("//", "//user:secret@"),
        "nowhere.toml",
    ):
        done = await laptop.sentinel("setup", "--yes", source)
        assert done.code == 2, done.err
        assert "secret" not in done.err
    assert (service.requests, kept_of(laptop).exists()) == ([], False)
    secure_service.files["/team.toml"] = b"#" * (64 * 1024 + 1)
    large = await laptop.sentinel("setup", "--yes", url)
    assert (large.code, "too large" in large.err) == (2, True)
    missing = await laptop.sentinel("setup", "--yes", f"{secure_service.url}/none?X-Amz-Signature=secret")
    assert (missing.code, "HTTP 403" in missing.err, "secret" in missing.err) == (1, True, False)
    unknown = await laptop.sentinel("setup", "--yes", url, AWS_CA_BUNDLE="")
    assert (unknown.code, kept_of(laptop).exists()) == (1, False)


async def test_a_redirect_is_not_followed(laptop: Machine, secure_service: FakeService, url: str) -> None:
    team(secure_service)
    secure_service.files["/moved.toml"] = url
    done = await laptop.sentinel("setup", "--yes", f"{secure_service.url}/moved.toml")
    assert (done.code, "redirects are not followed" in done.err) == (1, True)
    assert not kept_of(laptop).exists()


async def test_nothing_of_the_users_is_sent_for_the_file(
    laptop: Machine, secure_service: FakeService, url: str
) -> None:
    (laptop.home / ".netrc").write_text("machine localhost login me password secret\n")
    team(secure_service)
    await laptop.sentinel("setup", "--yes", url)
    headers = secure_service.requests[0].headers
    assert {"authorization", "cookie"}.isdisjoint(name.lower() for name in headers)


async def test_settings_of_ones_own_win(laptop: Machine, secure_service: FakeService, url: str) -> None:
    team(secure_service)
    await laptop.sentinel("setup", "--yes", url)
    (kept_of(laptop).parent / "config.toml").write_text('region = "us-east-1"\n')
    assert (await laptop.sentinel("whoami")).code == 1
    assert (await laptop.sentinel("whoami", SENTINEL_REGION=REGION)).code == 0


async def test_a_kept_file_that_is_broken_is_named(laptop: Machine) -> None:
    kept_of(laptop).parent.mkdir(parents=True)
    for text in ("{", "[]", '{"remote_server": "http://evil.example"}'):
        kept_of(laptop).write_text(text)
        done = await laptop.sentinel("whoami")
        assert (done.code, str(kept_of(laptop)) in done.err) == (2, True)
