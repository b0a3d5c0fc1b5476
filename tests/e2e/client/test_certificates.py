"""Whose certificates are trusted: the bundle AWS tools are configured to use, in any place they read."""

from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from tests.e2e.client.fake_service import Machine


async def test_an_unknown_certificate_is_said_to_be_one_and_what_to_do(secure: Machine) -> None:
    done = await secure.sentinel("whoami")
    assert done.code == 1
    assert "shows a certificate that is not trusted here" in done.err
    assert "ca_bundle" in done.err


async def test_what_the_system_trusts_is_trusted(secure: Machine, bundle: Path) -> None:
    done = await secure.sentinel("whoami", SSL_CERT_FILE=str(bundle))
    assert done.code == 0, done.err


async def test_a_bundle_that_is_named_is_trusted_alone(secure: Machine, bundle: Path, tmp_path: Path) -> None:
    trustme.CA().cert_pem.write_to_path(tmp_path / "other.pem")
    done = await secure.sentinel("whoami", SSL_CERT_FILE=str(bundle), AWS_CA_BUNDLE=str(tmp_path / "other.pem"))
    assert (done.code, "is not trusted here" in done.err) == (1, True)


async def test_the_environment_s_bundle_is_trusted(secure: Machine, bundle: Path) -> None:
    for path in (str(bundle), f"~/{bundle.name}", f"$HOME/{bundle.name}"):
        done = await secure.sentinel("whoami", AWS_CA_BUNDLE=path)
        assert done.code == 0, done.err
    done = await secure.sentinel("whoami", REQUESTS_CA_BUNDLE=str(bundle))
    assert done.code == 0, done.err


async def test_the_bundle_of_the_base_profile_is_trusted(secure: Machine, bundle: Path) -> None:
    with (secure.home / ".aws/config").open("a") as config:
        config.write(f"ca_bundle = {bundle}\n")
    for command in (
        ["whoami"],
        ["curl", "--profile", "dev", "--api", "abc123", secure.environ["SENTINEL_REMOTE_SERVER"]],
    ):
        done = await secure.sentinel(*command)
        assert "certificate" not in done.err


@pytest.mark.parametrize("broken", ["missing", "folder", "empty", "not PEM"])
async def test_a_bundle_that_cannot_be_read_is_named(secure: Machine, tmp_path: Path, broken: str) -> None:
    path = tmp_path / "bundle"
    match broken:
        case "folder":
            path.mkdir()
        case "empty":
            path.touch()
        case "not PEM":
            path.write_text("certificates\n")
    done = await replace(secure).sentinel("whoami", AWS_CA_BUNDLE=str(path))
    assert done.code == 2
    assert f"{path}: no certificates can be read" in done.err
    assert "(PEM)" in done.err
