import subprocess
import sys

import pytest

IMPORT = "from tests.unit.client.system.other_platform import *; names = every_module(); print(len(names)); "


@pytest.mark.parametrize("platform", ["win32", "darwin", "linux"])
def test_every_module_of_the_client_can_be_imported(platform: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"{IMPORT} imported_as('{platform}', names).__enter__()"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 100


def test_a_module_that_another_platform_lacks_fails_the_import() -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"{IMPORT} imported_as('win32', ['tests.once']).__enter__()"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "fcntl" in done.stderr
