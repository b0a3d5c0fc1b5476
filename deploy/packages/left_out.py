"""What of the dependencies stays out of every zip, and why. Everything else is taken.

The end-to-end test imports every module a zip holds with nothing but the zip: what is left out here is missed by none.
"""

from fnmatch import fnmatchcase
from typing import Final

LEFT_OUT: Final = {
    "*.pyi": "for type checkers",
    "*/py.typed": "for type checkers",
    "pydantic/mypy.py": "for type checkers",
    "*.pyx": "sources of compiled modules",
    "*.pxd": "sources of compiled modules",
    "*.pxi": "sources of compiled modules",
    "*.h": "sources of compiled modules",
    "*/_testcapi*": "tests",
    "aiohttp/pytest_plugin.py": "tests",
    "aiohttp/test_utils.py": "tests",
    "aiohttp/worker.py": "needs gunicorn",
    "aiobotocore/_tee.py": "needs anyio",
    "aws_xray_sdk/ext/*": "patches other libraries",
    "aws_xray_sdk/core/sampling/connector.py": "asks for sampling rules, which Lambda has applied already",
    "aws_xray_sdk/core/sampling/sampler.py": "asks for sampling rules, which Lambda has applied already",
    "bin/*": "commands",
    "botocore/crt/auth.py": "needs the CRT",
    "botocore/data/*": "models; the part that is used is written again",
    "botocore/docs/translator.py": "needs docutils",
    "dateutil/tz/win.py": "needs Windows",
    "dateutil/tzwin.py": "needs Windows",
    "dateutil/zoneinfo/*": "time zones; the system's are used",
    "urllib3/contrib/emscripten/*": "needs a browser",
    "urllib3/contrib/pyopenssl.py": "needs pyOpenSSL",
    "urllib3/contrib/socks.py": "needs PySocks",
    "urllib3/http2/connection.py": "needs h2",
    "pydantic/v1/*": "the older pydantic",
    "*.dist-info/*": "records of the installation",
}
# Scanners read the first; licences ask for the others.
_KEPT: Final = ("*.dist-info/METADATA", "*.dist-info/licenses/*", "*.dist-info/LICEN[CS]E*", "*.dist-info/NOTICE*")


def why_left_out(path: str) -> str | None:
    """Give the first pattern that leaves a file out, by its path in the zip; None where it is taken."""
    if any(fnmatchcase(path, pattern) for pattern in _KEPT):
        return None
    return next((pattern for pattern in LEFT_OUT if fnmatchcase(path, pattern)), None)
