"""What the zips hold, and that it is enough: each is opened by a Python that has nothing else."""

import json
import os
import stat
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from deploy.local.deployment import REGION, function_settings
from deploy.packages.build import SERVICES, Package
from deploy.packages.distributions import LEFT_OUT
from deploy.packages.target import find_interpreter
from shared.documents.signature import Place, read_line, statement
from tests.gateway_events import API_ID
from tests.signatures import PREFIX, public_key, sign

HERE = Path(__file__).parent
UNWANTED = {
    "sentinel",
    "deploy",
    "docs",
    "load",
    "tests",
    "boto3",
    "awslambdaric",
    "snapshot_restore_py",
}
MOST_BYTES = 13_000_000
UNCHECKED_HASH = b"\x01\x00\x00\x00"


@pytest.fixture(params=sorted(SERVICES))
def package(request: pytest.FixtureRequest, packages: Mapping[str, Package]) -> Package:
    return packages[request.param]


def names(package: Package) -> list[str]:
    with zipfile.ZipFile(package.archive) as archive:
        return archive.namelist()


def test_every_module_of_a_zip_imports_with_nothing_but_the_zip(package: Package) -> None:
    program = (find_interpreter(package.target.python), "-I", "-S", "-B", HERE / "import_all.py")
    settings = function_settings(package.service, [API_ID], "http://127.0.0.1:1")
    keys = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": REGION}
    # As Lambda sets them: where it has unpacked the zip, and where X-Ray's daemon is.
    runtime = {"LAMBDA_TASK_ROOT": str(package.folder), "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000"}
    command = (*program, package.folder, package.handler)
    done = subprocess.run(command, env=settings | keys | runtime, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr
    report: Any = json.loads(done.stdout)
    assert report["failed"] == {}
    assert report["imported"] == sum(name.endswith((".py", ".so")) for name in names(package))


@pytest.mark.parametrize("service", ["vend", "admin"])
def test_a_signature_is_verified_with_nothing_but_the_zip(packages: Mapping[str, Package], service: str) -> None:
    package, text = packages[service], "{}"
    signature = read_line(sign(text))
    place, key = Place(f"{PREFIX}/policies/access", 1), public_key()
    message = statement(place, signature.store_by, text)
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); from shared.documents.public_keys import PublicKeys; "
        "key, signature, message = sys.argv[2], *map(bytes.fromhex, sys.argv[3:]); keys = PublicKeys([key]); "
        "print(keys.verify(signature, message), keys.verify(signature, message + b'.'))"
    )
    given = (key, signature.value.hex(), message.hex())
    python = find_interpreter(package.target.python)
    done = subprocess.run(
        (python, "-I", "-S", "-B", "-c", program, package.folder, *given), capture_output=True, check=True, text=True
    )
    assert done.stdout == "True False\n"


def test_a_zip_holds_one_service_and_nothing_for_another_place(package: Package) -> None:
    services = {name.split("/")[1] for name in names(package) if name.startswith("services/")}
    assert services == {package.service, "__init__.py", "__pycache__"}
    assert not UNWANTED & {name.split("/")[0] for name in names(package)}


def test_a_zip_records_traces_and_holds_nothing_that_patches_libraries(package: Package) -> None:
    held = {name for name in names(package) if name.startswith("aws_xray_sdk/")}
    assert "aws_xray_sdk/core/recorder.py" in held
    assert not [name for name in held if name.startswith(("aws_xray_sdk/ext/", "aws_xray_sdk/core/sampling/connector"))]


def test_a_zip_is_no_larger_than_promised(package: Package) -> None:
    assert package.archive.stat().st_size <= MOST_BYTES


def test_every_module_is_compiled_and_never_compiled_again(package: Package) -> None:
    sources = list(package.folder.rglob("*.py"))
    tag = f"cpython-{package.target.python.replace('.', '')}"
    compiled = [source.parent / "__pycache__" / f"{source.stem}.{tag}.pyc" for source in sources]
    assert {each.read_bytes()[4:8] for each in compiled} == {UNCHECKED_HASH}
    assert len(list(package.folder.rglob("*.pyc"))) == len(sources)


def test_every_distribution_keeps_its_licence(package: Package) -> None:
    held = names(package)
    folders = {name.split("/")[0] for name in held if name.split("/")[0].endswith(".dist-info")}
    licensed = {name.split("/")[0] for name in held if "LICENSE" in name.upper() or "COPYING" in name.upper()}
    assert folders == licensed
    assert len(folders) == len(package.distributions)


def test_a_zip_holds_files_that_everyone_may_read_and_no_time(package: Package) -> None:
    with zipfile.ZipFile(package.archive) as archive:
        entries = archive.infolist()
    assert {stat.filemode(entry.external_attr >> 16) for entry in entries} == {"-rw-r--r--"}
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)


def test_the_same_inputs_give_the_same_zip(packages: Mapping[str, Package], tmp_path: Path) -> None:
    first = packages["authorizer"]
    python, arch = first.target.python, first.target.arch
    program = (sys.executable, "-m", "deploy.packages", "--service", "authorizer")
    command = (*program, "--python", python, "--arch", arch, "--out", tmp_path / "another" / "place")
    environment = os.environ | {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL, umask=0o077)
    again = tmp_path / "another" / "place" / first.archive.name
    assert again.read_bytes() == first.archive.read_bytes()
    assert again.with_suffix(".cdx.json").exists()
    assert first.sha256 in again.with_name("report.md").read_text()


def test_every_pattern_leaves_something_out(packages: Mapping[str, Package]) -> None:
    used = {pattern for package in packages.values() for each in package.distributions for pattern in each.left_out}
    assert used == set(LEFT_OUT)
