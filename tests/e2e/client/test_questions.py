import json

import pytest

from tests.e2e.client.fake_service import CATALOGUE, FakeService, Machine


async def test_profiles_are_a_table_for_people(user: Machine) -> None:
    done = await user.sentinel("profiles", COLUMNS="120")
    assert done.code == 0, done.err
    head, *rows = done.out.splitlines()
    assert head.split() == ["profile", "access", "account", "region", "description", "why"]
    assert [row.split()[:2] for row in rows] == [["dev", "allowed"], ["staging", "approval"], ["prod", "denied"]]
    assert "[red]Dev[/red]" in rows[0]


async def test_profiles_are_json_for_scripts(user: Machine) -> None:
    done = await user.sentinel("profiles", "--json")
    listed = json.loads(done.out)["profiles"]
    assert [{k: v for k, v in profile.items() if v is not None} for profile in listed] == [
        {k: v for k, v in profile.items() if v is not None} for profile in CATALOGUE
    ]


async def test_whoami_shows_who_the_service_sees(user: Machine) -> None:
    done = await user.sentinel("whoami")
    assert done.out.splitlines()[0].split() == ["user", "alice"]
    assert json.loads((await user.sentinel("whoami", "--json")).out)["kind"] == "user"


async def test_a_wrong_secret_is_explained_as_the_gateways_refusal(user: Machine) -> None:
    done = await user.sentinel("whoami", AWS_ACCESS_KEY_ID="AKIAALICE00000000001", AWS_SECRET_ACCESS_KEY="wrong")
    assert done.code == 1
    assert "the gateway refused the request before Sentinel saw it: Forbidden" in done.err
    for remedy in ("credentials", "execute-api:Invoke", "region", "clock"):
        assert remedy in done.err


async def test_a_wrong_region_is_refused(user: Machine) -> None:
    assert (await user.sentinel("whoami", "--region", "us-east-1")).code == 1


async def test_another_aws_profile_signs_when_it_is_named(user: Machine, service: FakeService) -> None:
    (user.home / ".aws/config").write_text("[profile work]\nregion = eu-central-1\n")
    credentials = user.home / ".aws/credentials"
    credentials.write_text(credentials.read_text().replace("[default]", "[work]"))
    assert (await user.sentinel("whoami")).code == 1
    assert (await user.sentinel("whoami", "--aws-profile", "work")).code == 0
    assert (await user.sentinel("whoami", SENTINEL_AWS_PROFILE="work")).code == 0
    assert "x-amz-date" in service.requests[-1].headers


async def test_the_settings_file_is_read_last(user: Machine, service: FakeService) -> None:
    file = user.home / ".config/sentinel/config.toml"
    file.parent.mkdir(parents=True)
    file.write_text(f'remote_server = "{service.url}"\nregion = "us-east-1"\n')
    assert (await user.sentinel("whoami", SENTINEL_REMOTE_SERVER="")).code == 1
    assert (await user.sentinel("whoami", SENTINEL_REMOTE_SERVER="", SENTINEL_REGION="eu-central-1")).code == 0


async def test_a_service_that_is_away_is_named(user: Machine) -> None:
    done = await user.sentinel("whoami", "--json", "--remote-server", "http://127.0.0.1:9")
    assert done.code == 1
    error = json.loads(done.err)["error"]
    assert error["code"] == "unreachable"
    assert "http://127.0.0.1:9 cannot be reached" in error["message"]


async def test_another_server_than_sentinel_is_recognised(user: Machine, service: FakeService) -> None:
    done = await user.sentinel("whoami", "--remote-server", f"{service.url}/other")
    assert (done.code, "nothing of Sentinel's answers" in done.err) == (1, True)


@pytest.mark.parametrize("command", ["exec", "credentials", "serve"])
async def test_an_impossible_profile_name_is_refused_before_anything_is_sent(
    user: Machine, service: FakeService, command: str
) -> None:
    done = await user.sentinel(command, "a b&c=d", *(["--", "true"] if command == "exec" else []))
    assert (done.code, service.requests) == (2, [])


async def test_the_version_and_help_cost_no_aws_library(user: Machine) -> None:
    assert (await user.sentinel("--version")).out.startswith("sentinel, version ")
    done = await user.sentinel("--help")
    assert "sentinel exec dev -- aws s3 ls" in done.out


async def test_no_one_sees_a_traceback(user: Machine) -> None:
    (user.home / ".aws/config").write_text("[profile broken\n")
    done = await user.sentinel("whoami")
    assert done.code == 1
    assert "Traceback" not in done.err


async def test_an_unknown_aws_profile_is_not_a_login_that_ran_out(user: Machine) -> None:
    done = await user.sentinel("whoami", AWS_PROFILE="nowhere")
    assert done.code == 1
    assert "AWS_PROFILE names it" in done.err
    assert "log in" not in done.err
