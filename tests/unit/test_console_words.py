"""What the console computes without a browser, tested in Node.js: words, groups, timelines, the figures of charts."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[2] / "deploy" / "console" / "tests"


@pytest.mark.parametrize("file", sorted(TESTS.glob("*.test.js")), ids=lambda file: file.name.partition(".")[0])
def test_what_the_console_computes_is_right(file: Path) -> None:
    node = shutil.which("node")
    if node is None and os.environ.get("CI"):
        pytest.fail("CI has no Node.js")
    if node is None:
        pytest.skip("needs Node.js, and this machine has none")
    done = subprocess.run([node, "--test", str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "# pass 0" not in done.stdout
