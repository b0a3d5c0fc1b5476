"""What a zip holds of our own code: one service and the shared modules it imports."""

import sys
from pathlib import Path
from typing import Final

import grimp

from deploy.packages.dependencies import PROJECT

SERVICES: Final = ("vend", "authorizer", "admin")


def handler_module(service: str) -> str:
    """Name the module that Lambda imports."""
    return f"services.{service}.handler"


def find_imports(service: str) -> tuple[list[str], set[str]]:
    """Follow every import of a handler, those inside functions too; packages on the way are imports as well.

    Gives our modules, and the packages of others without the standard library's.
    """
    graph = grimp.build_graph("services", "shared", include_external_packages=True, cache_dir=None)
    found = graph.find_upstream_modules(handler_module(service))
    others = {name for name in found if graph.is_module_squashed(name)}
    own = (found - others) | {handler_module(service)}
    with_packages = {".".join(parts[:length]) for parts in map(_split, own) for length in range(1, len(parts) + 1)}
    return sorted(with_packages), others - sys.stdlib_module_names


def source_of(module: str) -> Path:
    """Give the file of one of our modules, relative to the project."""
    path = Path(*_split(module))
    return path / "__init__.py" if (PROJECT / path).is_dir() else path.with_suffix(".py")


def _split(module: str) -> list[str]:
    return module.split(".")
