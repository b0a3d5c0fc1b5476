"""Checks every AWS request of this process for what AWS refuses and emulators accept.

`install` hooks into botocore and aiobotocore sessions created after it. A request that AWS would refuse, or that breaks
one of this project's rules for AWS calls, raises `StrictAwsViolation` and is recorded in `violations`, so that no
exception handler can hide it.
"""

from deploy.local.strict.context import StrictContext, TableKeys, read_context
from deploy.local.strict.install import (
    StrictAwsViolation,
    check,
    expect_long_term_keys,
    install,
    uninstall,
    violations,
)

__all__ = [
    "StrictAwsViolation",
    "StrictContext",
    "TableKeys",
    "check",
    "expect_long_term_keys",
    "install",
    "read_context",
    "uninstall",
    "violations",
]
