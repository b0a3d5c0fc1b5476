"""The console's script is what its sources give, and they are typed."""

import subprocess
from pathlib import Path

import pytest

from tests.node import install_node_program

PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project") / "deploy" / "console"
    install_node_program(PROJECT / "deploy" / "console", folder)
    # esbuild's program is a package of its own; its script would only check it.
    return folder


def run(program: Path, *command: str) -> None:
    done = subprocess.run(["npx", "--no-install", *command], cwd=program, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_committed_script_is_built_from_its_sources(program: Path, tmp_path: Path) -> None:
    options = ["--bundle", "--format=esm", "--target=es2022", "--minify", "--legal-comments=none"]
    run(program, "esbuild", "source/main.js", *options, f"--outfile={tmp_path / 'app.js'}")
    committed = PROJECT / "shared" / "console" / "static" / "app.js"
    assert (tmp_path / "app.js").read_text() == committed.read_text(), "run `make console` and commit the result"


def test_the_sources_are_typed(program: Path) -> None:
    run(program, "tsc", "--noEmit", "--project", "jsconfig.json")
