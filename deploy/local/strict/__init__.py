"""What AWS checks and emulators do not, checked on every request this process sends.

`install` hooks into botocore and aiobotocore sessions created after it. A request AWS would refuse, or that breaks a
rule of this house about AWS, raises `StrictAwsViolation` and is kept in `violations`, so that no handler in between can
hide it.
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
