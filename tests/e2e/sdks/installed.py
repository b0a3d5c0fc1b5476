"""Real SDKs and tools, each as the command that runs its `use_*` program on a table."""

import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.node import install_node_program
from tests.once import made_once

# It pins a botocore of its own, so uv gives it an environment of its own.
AWS_CLI = "awscli==1.46.3"
HERE = Path(__file__).parent
Command = Callable[[str], tuple[str, ...]]


def boto3_command() -> Command:
    return lambda table: (sys.executable, str(HERE / "programs/use_boto3.py"), table)


def aiobotocore_command() -> Command:
    return lambda table: (sys.executable, str(HERE / "programs/use_aiobotocore.py"), table)


def aws_cli() -> tuple[str, ...]:
    """Install the AWS CLI; gives the command that runs it without uv, and so without uv's home."""
    ask = (sys.executable, "-m", "uv", "tool", "run", "--quiet", "--python", sys.executable, "--from", AWS_CLI)
    found = subprocess.run(
        (*ask, "python", "-c", "import sys; print(sys.executable)"), stdout=-1, check=True, text=True
    )
    return found.stdout.strip(), "-m", "awscli"


def aws_cli_command(aws: tuple[str, ...]) -> Command:
    return lambda table: ("sh", str(HERE / "programs/use_aws_cli.sh"), table, *aws)


def javascript_command(folders: pytest.TempPathFactory) -> Command:
    """Install what the lock file names, the program next to it."""
    folder = made_once(folders, "javascript", partial(install_node_program, HERE / "javascript"))
    return lambda table: ("node", str(folder / "use_sdk.js"), table)
