import asyncio
import json
import shlex
import stat
import sys
from pathlib import Path

import pytest

from sentinel.credentials.aws_config import BEGIN, END
from tests.e2e.client.fake_service import CATALOGUE, FakeService, Machine


@pytest.fixture
def config(user: Machine) -> Path:
    return user.home / ".aws/config"


async def test_every_profile_one_may_have_is_written_and_the_rest_of_the_file_stays(
    user: Machine, service: FakeService, config: Path
) -> None:
    own = config.read_text() + "# mine\n[profile work]\nregion=eu-west-1"
    config.write_text(own)
    config.chmod(0o640)
    done = await user.sentinel("configure")
    assert done.code == 0, done.err
    text = config.read_text()
    assert text.startswith(own + "\n" + BEGIN)
    assert f" credentials --remote-server {service.url} dev\nregion = eu-west-3\n" in text
    assert "[profile staging]" in text
    assert "[profile prod]" not in text
    assert stat.S_IMODE(config.stat().st_mode) == 0o640


async def test_writing_twice_changes_nothing(user: Machine, config: Path) -> None:
    await user.sentinel("configure")
    once = config.read_text()
    done = await user.sentinel("configure", "--json")
    assert json.loads(done.out)["changed"] is False
    assert config.read_text() == once


async def test_named_profiles_join_those_already_written(user: Machine, config: Path) -> None:
    await user.sentinel("configure", "staging")
    credentials = user.home / ".aws/credentials"
    credentials.write_text(credentials.read_text() + credentials.read_text().replace("[default]", "[my own]"))
    done = await user.sentinel("configure", "--aws-profile", "my own", "--region", "eu-central-1", "dev")
    assert done.code == 0, done.err
    text = config.read_text()
    assert text.count(BEGIN) == text.count(END) == 1
    assert text.index("[profile dev]") < text.index("[profile staging]")
    line = next(line for line in text.splitlines() if line.endswith(" dev") and "credential_process" in line)
    assert shlex.split(line)[-5:] == ["--aws-profile", "my own", "--region", "eu-central-1", "dev"]


async def test_the_program_is_named_by_a_whole_path_and_with_the_profile_of_ones_own_that_signed(
    user: Machine, config: Path
) -> None:
    credentials = user.home / ".aws/credentials"
    credentials.write_text(credentials.read_text().replace("[default]", "[work]"))
    done = await user.sentinel("configure", "--region", "eu-central-1", "dev", AWS_PROFILE="work")
    assert done.code == 0, done.err
    line = next(line for line in config.read_text().splitlines() if "credential_process" in line)
    words = shlex.split(line.partition("=")[2])
    assert Path(words[0]).is_file()
    assert words[words.index("--aws-profile") + 1] == "work"


async def test_the_profile_is_fetched_as_an_aws_tool_does_and_that_is_said(user: Machine, service: FakeService) -> None:
    done = await user.sentinel("configure", "staging", "dev")
    assert done.code == 0, done.err
    assert "aws --profile dev works: Sentinel vended credentials of account 111122223333" in done.err
    assert service.vends == ["dev"]
    again = await user.sentinel("configure", "--json", "dev")
    assert json.loads(again.out)["verified"] == "dev"


@pytest.mark.parametrize("had_one", [True, False])
async def test_a_fetch_that_fails_leaves_the_file_as_it_was_and_says_so(
    user: Machine, service: FakeService, config: Path, *, had_one: bool
) -> None:
    own = config.read_bytes()
    path = config if had_one else user.home / "another"
    service.refuse("dev")
    more = {"AWS_CONFIG_FILE": str(path), "SENTINEL_REGION": "eu-central-1"}
    done = await user.sentinel("configure", "dev", **more)
    assert done.code == 1
    assert "`aws --profile dev` would get no credentials: no rule matches" in done.err
    assert "the AWS config is as it was" in done.err
    assert (path.exists(), config.read_bytes()) == (had_one, own)
    assert (await user.sentinel("configure", "--no-verify", "dev", **more)).code == 0
    assert "[profile dev]" in path.read_text()


async def test_a_profile_that_needs_an_approval_is_not_fetched(user: Machine, service: FakeService) -> None:
    done = await user.sentinel("configure", "staging")
    assert (done.code, service.vends) == (0, [])
    assert "not tried: each of these profiles needs an approval first" in done.err


async def test_the_program_that_runs_is_the_one_that_is_written(user: Machine, config: Path) -> None:
    program = user.home / "bin of mine/sentinel"
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\nfrom sentinel.cli import main\nmain()\n")
    program.chmod(0o700)
    process = await asyncio.create_subprocess_exec(
        "bin of mine/sentinel", "configure", "dev", cwd=user.home, env=user.environ
    )
    assert await process.wait() == 0
    line = next(line for line in config.read_text().splitlines() if "credential_process" in line)
    assert shlex.split(line.partition("=")[2])[0] == str(program)


async def test_a_program_of_the_same_name_in_the_folder_of_a_tool_is_not_run(user: Machine, config: Path) -> None:
    assert (await user.sentinel("configure", "dev")).code == 0
    (user.home / "sentinel.py").write_text("raise SystemExit('the wrong program')\n")
    line = next(line for line in config.read_text().splitlines() if "credential_process" in line)
    process = await asyncio.create_subprocess_exec(
        *shlex.split(line.partition("=")[2]), cwd=user.home, env=user.environ, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert json.loads(out)["Version"] == 1


async def test_removing_all_restores_the_file_byte_for_byte(user: Machine, config: Path) -> None:
    own = config.read_bytes()
    await user.sentinel("configure")
    done = await user.sentinel("configure", "--remove")
    assert done.code == 0, done.err
    assert config.read_bytes() == own


async def test_removing_one_keeps_the_others(user: Machine, config: Path) -> None:
    await user.sentinel("configure")
    await user.sentinel("configure", "--remove", "dev")
    assert "[profile dev]" not in config.read_text()
    assert "[profile staging]" in config.read_text()


@pytest.mark.parametrize("header", ["[profile dev]", '[profile "dev"]', "[ profile dev ]"])
@pytest.mark.parametrize("after", [False, True])
async def test_a_profile_that_is_the_users_own_is_refused(
    user: Machine, config: Path, header: str, *, after: bool
) -> None:
    if after:
        await user.sentinel("configure", "staging")
    text = config.read_text() + f"\n{header}\nregion = x\n"
    config.write_text(text)
    done = await user.sentinel("configure")
    assert done.code == 2
    assert f"{config}:{text.splitlines().index(header) + 1}: the profile dev is already there" in done.err
    assert config.read_text() == text


async def test_a_profile_in_the_credentials_file_is_refused_because_it_would_win(user: Machine) -> None:
    with (user.home / ".aws/credentials").open("a") as file:
        file.write("[dev]\naws_access_key_id = x\n")
    assert (await user.sentinel("configure")).code == 2
    assert (await user.sentinel("configure", "--prefix", "sentinel-")).code == 0


async def test_marks_that_do_not_pair_are_refused(user: Machine, config: Path) -> None:
    config.write_text(f"{BEGIN}\n[profile dev]\n")
    done = await user.sentinel("configure")
    assert (done.code, config.read_text()) == (2, f"{BEGIN}\n[profile dev]\n")


async def test_a_dry_run_shows_the_difference_and_writes_nothing(user: Machine, config: Path) -> None:
    own = config.read_bytes()
    done = await user.sentinel("configure", "--dry-run", "dev")
    assert "+[profile dev]" in done.out
    assert config.read_bytes() == own


async def test_a_symlink_stays_one_and_its_target_is_written(user: Machine, config: Path) -> None:
    target = user.home / "dotfiles-config"
    config.rename(target)
    config.symlink_to(target)
    await user.sentinel("configure")
    assert config.is_symlink()
    assert BEGIN in target.read_text()


async def test_a_new_file_is_its_owners_alone(user: Machine) -> None:
    path = user.home / "new/config"
    done = await user.sentinel("configure", "--region", "eu-central-1", AWS_CONFIG_FILE=str(path))
    assert done.code == 0, done.err
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_a_path_with_variables_is_expanded_as_aws_tools_do(user: Machine, config: Path) -> None:
    own = config.read_text()
    for path in ("$HOME/.aws/config", "~/.aws/config"):
        done = await user.sentinel("configure", AWS_CONFIG_FILE=path)
        assert done.code == 0, done.err
        assert config.read_text().startswith(own + BEGIN)


async def test_an_empty_name_of_a_file_is_refused_because_aws_tools_read_none_then(user: Machine) -> None:
    done = await user.sentinel("configure", AWS_CONFIG_FILE="", SENTINEL_REGION="eu-central-1")
    assert (done.code, "unset AWS_CONFIG_FILE" in done.err) == (2, True)


async def test_a_name_that_aws_tools_cannot_read_or_use_without_being_asked_is_refused(
    user: Machine, service: FakeService, config: Path
) -> None:
    own = config.read_bytes()
    for prefix in ("my ", "a]", "'"):
        done = await user.sentinel("configure", "--prefix", prefix, "dev")
        assert (done.code, "another --prefix" in done.err) == (2, True)
    CATALOGUE.append({"name": "default", "access": "allowed"})
    try:
        done = await user.sentinel("configure", "default")
    finally:
        CATALOGUE.pop()
    assert (done.code, "without --profile" in done.err) == (2, True)
    assert (config.read_bytes(), service.vends) == (own, [])


async def test_a_file_that_aws_tools_cannot_read_is_left_alone(user: Machine, config: Path) -> None:
    own = config.read_text() + "[default]\nregion = x\n"
    environ = {"AWS_CONFIG_FILE": str(config), **user.environ}
    config.write_text(own)
    done = await user.sentinel("configure", "dev", **environ)
    assert done.code != 0
    assert config.read_text() == own


async def test_a_profile_one_may_not_have_is_refused(user: Machine, config: Path) -> None:
    own = config.read_bytes()
    for name in ("prod", "nowhere"):
        done = await user.sentinel("configure", name)
        assert (done.code, f"not a profile you may have: {name}" in done.err) == (1, True)
    assert config.read_bytes() == own
