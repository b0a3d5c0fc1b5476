"""Host names of API Gateway and of Function URLs in every partition: which API and which region they name.

API Gateway Developer Guide, "Invoke HTTP APIs" and "Private APIs"; Lambda Developer Guide, "Function URLs".
"""

import re
from functools import cache
from typing import Final

# The usual ones by heart: botocore, which knows all partitions, is slow to load.
_USUAL: Final = frozenset({"amazonaws.com", "api.aws", "on.aws"})
_API: Final = re.compile(r"([a-z0-9]+)((?:-[a-z0-9]+)*)\.execute-api\.([a-z0-9-]+)\.(?:vpce\.)?([a-z0-9.-]+)")
_FUNCTION_URL: Final = re.compile(r"[a-z0-9]+\.lambda-url\.([a-z0-9-]+)\.([a-z0-9.-]+)")
_OF_ENDPOINT: Final = re.compile(r"(?:-vpce-[a-z0-9]+)?")


def region_of_api(host: str) -> str | None:
    """Read the region off a host of API Gateway's own; None for any other host, a custom domain's for one."""
    found = _API.fullmatch(host)
    return found[3] if found and _is_of_aws(found[4]) else None


def api_id_of(host: str) -> str | None:
    """Read the API's id off its own host, or off that of its private endpoint; None where the host names no API."""
    found = _API.fullmatch(host)
    return found[1] if found and _OF_ENDPOINT.fullmatch(found[2]) and _is_of_aws(found[4]) else None


def region_of_function_url(host: str) -> str | None:
    """Read the region off the host of a Function URL; None for any other host."""
    found = _FUNCTION_URL.fullmatch(host)
    return found[1] if found and _is_of_aws(found[2]) else None


def _is_of_aws(suffix: str) -> bool:
    return suffix in _USUAL or suffix in _suffixes()


@cache
def _suffixes() -> frozenset[str]:
    """List the suffixes of every partition; Function URLs are below `on.` where dual-stack APIs are below `api.`."""
    from botocore.loaders import Loader  # noqa: PLC0415 - see above

    found: set[str] = set()
    for partition in Loader().load_data("partitions")["partitions"]:
        plain, dual = partition["outputs"]["dnsSuffix"], partition["outputs"]["dualStackDnsSuffix"]
        found |= {plain, dual, f"on.{dual.removeprefix('api.')}"}
    return frozenset(found)
