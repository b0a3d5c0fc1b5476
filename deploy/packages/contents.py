"""What a zip holds of our own code: one service and the shared modules it imports."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import grimp

from deploy.packages.dependencies import PROJECT


@dataclass(frozen=True, slots=True)
class Contents:
    """One Lambda, by its name."""

    service: str

    @property
    def handler_module(self) -> str:
        return f"services.{self.service}.handler"

    @property
    def handler(self) -> str:
        """The handler, as in Lambda's configuration."""
        return f"{self.handler_module}.handler"

    @property
    def group(self) -> str:
        """Name the dependency group of pyproject.toml that says what this Lambda imports."""
        return f"lambda-{self.service}"


CONTENTS: Final[Mapping[str, Contents]] = {name: Contents(name) for name in ("vend", "authorizer", "admin")}


@dataclass(frozen=True, slots=True)
class Imports:
    """Our modules and their packages, and the packages of others, without the standard library's."""

    own: tuple[str, ...]
    others: frozenset[str]


def find_imports(contents: Contents) -> Imports:
    """Follow every import of a handler, those inside functions too; packages on the way are imports as well."""
    graph = grimp.build_graph("services", "shared", include_external_packages=True, cache_dir=None)
    found = graph.find_upstream_modules(contents.handler_module)
    others = frozenset(name for name in found if graph.is_module_squashed(name))
    own = (found - others) | {contents.handler_module}
    with_packages = {".".join(parts[:length]) for parts in map(_split, own) for length in range(1, len(parts) + 1)}
    return Imports(tuple(sorted(with_packages)), others - sys.stdlib_module_names)


def source_of(module: str) -> Path:
    """Give the file of one of our modules, relative to the project."""
    path = Path(*_split(module))
    return path / "__init__.py" if (PROJECT / path).is_dir() else path.with_suffix(".py")


def _split(module: str) -> list[str]:
    return module.split(".")
