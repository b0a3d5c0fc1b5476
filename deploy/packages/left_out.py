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
    "bin/*": "commands",
    "botocore/cacert.pem": "TLS is aiohttp's and trusts the system's authorities; botocore only asks on loopback",
    "botocore/crt/*": "needs awscrt",
    "botocore/docs/*": "writes documentation",
    # Whatever of the client layer imports one of those two; the Lambdas work below it.
    "botocore/args.py": "botocore's client layer",
    "botocore/client.py": "botocore's client layer",
    "botocore/handlers.py": "botocore's client layer",
    "botocore/regions.py": "botocore's client layer",
    "botocore/session.py": "botocore's client layer",
    "botocore/waiter.py": "botocore's client layer",
    "botocore/data/*": "data of AWS services: what the Lambda needs of it is written anew",
    "dateutil/tz/win.py": "for Windows",
    "dateutil/tzwin.py": "for Windows",
    "dateutil/zoneinfo/*": "time zones come from tzdata",
    "pydantic/v1/*": "the older pydantic",
    "urllib3/contrib/emscripten/*": "for browsers",
    "urllib3/contrib/pyopenssl.py": "needs pyOpenSSL",
    "urllib3/contrib/socks.py": "needs PySocks",
    "urllib3/http2/connection.py": "needs h2",
    "*.dist-info/*": "records of the installation",
}
# Scanners read the first; licences ask for the others.
_KEPT: Final = ("*.dist-info/METADATA", "*.dist-info/licenses/*", "*.dist-info/LICEN[CS]E*", "*.dist-info/NOTICE*")


def why_left_out(path: str) -> str | None:
    """Give the first pattern that leaves a file out, by its path in the zip; None where it is taken."""
    if any(fnmatchcase(path, pattern) for pattern in _KEPT):
        return None
    return next((pattern for pattern in LEFT_OUT if fnmatchcase(path, pattern)), None)
