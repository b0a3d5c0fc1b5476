"""The workflows: pinned actions, least permissions, and a release of exactly what `make package` makes."""

import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.packages.build import SERVICES
from deploy.packages.checksums import CHECKSUMS, parse_checksums, sha256_of
from deploy.packages.dependencies import PROJECT
from deploy.packages.target import LAMBDA_PYTHON, PLATFORMS, Target
from tests.security.supply.test_locks import committed

WORKFLOWS = {file.stem: file for file in (PROJECT / ".github/workflows").iterdir()}
PINNED = re.compile(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
LOCAL = re.compile(r"\$/\.github/workflows/[\w-]+\.yml")
READ = {"contents": "read"}
# What each job may do with the token of the run. A permission that a job does not have here fails the test.
PERMISSIONS: dict[str, dict[str, dict[str, str]]] = {
    "ci": {"everything": READ, "client": READ},
    "release": {
        "ci": READ,
        "build": {"contents": "read", "id-token": "write", "attestations": "write"},
        "pypi": {"id-token": "write"},
        "github": {"contents": "write"},
    },
}


def load(name: str) -> dict[Any, Any]:
    loaded: dict[Any, Any] = yaml.safe_load(WORKFLOWS[name].read_text(encoding="utf-8"))
    return loaded


def steps(name: str) -> Iterator[dict[str, Any]]:
    for job in load(name)["jobs"].values():
        yield from job.get("steps", ())


def unpinned(text: str) -> list[str]:
    used = [line.partition("uses:")[2].strip() for line in text.splitlines() if re.match(r"[\s-]*uses:", line)]
    return [each for each in used if not PINNED.fullmatch(each) and not LOCAL.fullmatch(each)]


def patterns_of_release() -> list[str]:
    """The files that the release has as assets, as the command that creates it names them."""
    [command] = [step["run"] for step in steps("release") if "gh release create" in step.get("run", "")]
    return [Path(word).name for word in shlex.split(command) if word.startswith("dist/")]


def made(services: list[str], archs: list[str]) -> set[str]:
    """What `make package` makes for people: the zips, their bills, and the hashes of both."""
    zips = [f"sentinel-{service}-{arch}" for service in services for arch in archs]
    return {f"{each}{suffix}" for each in zips for suffix in (".zip", ".cdx.json")} | {CHECKSUMS}


@pytest.mark.parametrize("name", WORKFLOWS)
def test_every_action_is_pinned_by_a_commit_with_its_version_next_to_it(name: str) -> None:
    text = WORKFLOWS[name].read_text(encoding="utf-8")
    assert text.count("uses:") > 0
    assert unpinned(text) == []


@pytest.mark.parametrize(
    "used", ["actions/checkout@v7", "actions/checkout@3d3c42e", "a/b@" + "0" * 40, "./.github/workflows/ci.yml"]
)
def test_a_loose_action_would_be_found(used: str) -> None:
    assert unpinned(f"      - uses: {used}") == [used]


def test_every_action_has_one_pin() -> None:
    used = {each.partition(" ")[0] for name in WORKFLOWS for each in map(str, [s.get("uses", "") for s in steps(name)])}
    named = [each.partition("@")[0] for each in used if each]
    assert len(named) == len(set(named))


def test_no_job_has_more_permissions_than_it_needs() -> None:
    found = {name: {job: each["permissions"] for job, each in load(name)["jobs"].items()} for name in WORKFLOWS}
    assert found == PERMISSIONS
    assert {name: load(name)["permissions"] for name in WORKFLOWS} == {name: {} for name in WORKFLOWS}


def test_no_workflow_runs_a_strangers_code_with_a_secret() -> None:
    # YAML 1.1 reads the key `on` as true.
    events = {name: set(load(name)[True]) for name in WORKFLOWS}
    assert events == {"ci": {"push", "pull_request", "workflow_call"}, "release": {"push"}}
    assert load("release")[True]["push"] == {"tags": ["v[0-9]+.[0-9]+.[0-9]+"]}
    assert not [name for name, file in WORKFLOWS.items() if "secrets." in file.read_text(encoding="utf-8")]


def test_the_assets_of_a_release_are_what_make_package_makes() -> None:
    expected = made(list(SERVICES), list(PLATFORMS))
    patterns = patterns_of_release()
    assert {name for name in expected if any(fnmatch(name, pattern) for pattern in patterns)} == expected
    assert [pattern for pattern in patterns if not any(fnmatch(name, pattern) for name in expected)] == []
    [uploaded] = [step["with"]["path"] for step in steps("release") if step.get("with", {}).get("name") == "packages"][
        :1
    ]
    assert [Path(line).name for line in uploaded.split()] == patterns


def test_a_build_makes_the_assets_and_their_checksums(tmp_path: Path) -> None:
    host = Target.host()
    chosen = ("--service", "authorizer", "--arch", host.arch, "--python", host.python, "--out", str(tmp_path))
    subprocess.run((sys.executable, "-m", "deploy.packages", *chosen), cwd=PROJECT, check=True, capture_output=True)
    files = {file.name: file for file in tmp_path.iterdir() if file.is_file() and file.name != "report.md"}
    assert files.keys() == made(["authorizer"], [host.arch])
    checksums = parse_checksums(files.pop(CHECKSUMS).read_text(encoding="utf-8"))
    assert checksums == {name: sha256_of(file) for name, file in files.items()}


def test_the_tools_are_those_of_the_lock() -> None:
    packages = tomllib.loads((PROJECT / "uv.lock").read_text(encoding="utf-8"))["package"]
    [uv] = [package["version"] for package in packages if package["name"] == "uv"]
    setups = [step["with"] for name in WORKFLOWS for step in steps(name) if "setup-uv" in step.get("uses", "")]
    assert {setup["version"] for setup in setups} == {uv}
    [release] = [step["with"] for step in steps("release") if "setup-uv" in step.get("uses", "")]
    assert release["python-version"].startswith(f"{LAMBDA_PYTHON}.")


def test_ci_runs_lint_and_test_and_nothing_else() -> None:
    script = (PROJECT / ".ci/run").read_text(encoding="utf-8").splitlines()
    assert [line for line in script if line.startswith("make ")] == ["make lint", "make test"] == script[-2:]
    [run] = [step["run"] for step in steps("ci") if step.get("name") == "Lint and test"]
    assert run == "bash .ci/run"


def test_every_python_that_is_supported_is_tested_on_every_system() -> None:
    described = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    supported = re.findall(r"Python :: (3\.\d+)", "\n".join(described["classifiers"]))
    jobs = load("ci")["jobs"]
    assert jobs["everything"]["strategy"]["matrix"] == {"python": supported}
    assert jobs["client"]["strategy"]["matrix"] == {"os": ["macos-15", "windows-2025"], "python": supported}


def test_every_lock_is_kept_up_to_date() -> None:
    found: dict[str, set[str]] = {}
    for update in yaml.safe_load((PROJECT / ".github/dependabot.yml").read_text(encoding="utf-8"))["updates"]:
        named = update.get("directories") or [update["directory"]]
        folders = {
            folder
            for each in named
            for folder in (PROJECT.glob(each.strip("/")) if "*" in each else [PROJECT / each.strip("/")])
        }
        found[update["package-ecosystem"]] = {folder.relative_to(PROJECT).as_posix() for folder in folders}
    assert {"uv", "github-actions", "docker"} <= found.keys()
    pinned = [file for file in committed("*.txt") if "--hash=sha256:" in file.read_text(encoding="utf-8")]
    for ecosystem, files in {
        "pip": pinned,
        "npm": committed("package-lock.json"),
        "terraform": committed("versions.tf"),
        "docker": committed("Containerfile"),
    }.items():
        assert {file.parent.relative_to(PROJECT).as_posix() for file in files} <= found[ecosystem], ecosystem
