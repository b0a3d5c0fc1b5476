"""Enforces AWS rules that Sentinel's security depends on and the emulator does not check.

It runs in the emulator's process. Importing a module that imports ministack installs its rules.

Standard library and ministack only; imports are relative, because the emulator sees this folder as the package
`overlay` and the tests see it under `deploy.local.emulator`.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

_Replacement = TypeVar("_Replacement", bound=Callable[..., Any])


def replaces(module: object, name: str) -> Callable[[_Replacement], _Replacement]:
    """Put the decorated function in the place of one of the emulator's, which becomes its first argument."""

    def install(replacement: _Replacement) -> _Replacement:
        setattr(module, name, partial(replacement, getattr(module, name)))
        return replacement

    return install
