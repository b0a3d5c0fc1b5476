"""Builds the zips of the Lambdas."""

import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import grimp

from deploy.packages.archive import compile_all, files_of, write_zip
from deploy.packages.checksums import sha256_of
from deploy.packages.data import write_data
from deploy.packages.dependencies import PROJECT, export_group, install
from deploy.packages.distributions import Distribution, take
from deploy.packages.roots import write_roots
from deploy.packages.target import Target, find_interpreter

SERVICES: Final = ("vend", "authorizer", "admin")
# Folders of files that a module of ours reads.
FILES_OF: Final[Mapping[str, Path]] = {"shared.console.assets": Path("shared", "console", "static")}


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


@dataclass(frozen=True, slots=True)
class Package:
    """A Lambda's zip, and the folder with the same files unpacked."""

    service: str
    target: Target
    archive: Path
    folder: Path
    distributions: tuple[Distribution, ...]

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def handler(self) -> str:
        """The handler, as in Lambda's configuration."""
        return f"{handler_module(self.service)}.handler"

    @property
    def sha256(self) -> str:
        """Hash the zip, as hex."""
        return sha256_of(self.archive)

    @property
    def unpacked(self) -> int:
        """Count the bytes of the files, as Lambda's limit of 250 MB does."""
        return sum(each.stat().st_size for each in files_of(self.folder))


def build_packages(target: Target, out: Path, services: Iterable[str] = SERVICES) -> Mapping[str, Package]:
    """Build the zips of some services into a folder, `sentinel-<service>-<arch>.zip`, each with a folder of its files.

    Raises:
        NoInterpreterError: there is no Python of the target's version here to compile with.
        UvError: the lock file does not give the dependencies.

    """
    interpreter = find_interpreter(target.python)
    out.mkdir(parents=True, exist_ok=True)
    return {service: _build(service, target, out.resolve(), interpreter) for service in services}


def _build(service: str, target: Target, out: Path, interpreter: Path) -> Package:
    folder = out / f"sentinel-{service}-{target.arch}"
    archive = folder.with_name(f"{folder.name}.zip")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    copy_own(service, folder)
    with tempfile.TemporaryDirectory(prefix="sentinel-package-") as work:
        installed = Path(work) / "installed"
        # The dependency group of pyproject.toml that says what this Lambda imports.
        install(export_group(f"lambda-{service}"), target, installed)
        distributions = take(installed, folder)
        write_data(installed, folder)
    write_roots(folder)
    compile_all(folder, interpreter)
    write_zip(folder, archive)
    return Package(service, target, archive, folder, distributions)


def copy_own(service: str, folder: Path) -> None:
    """Copy one service, what it imports of `shared`, and the files that this reads."""
    own, _ = find_imports(service)
    read = [
        file.relative_to(PROJECT) for name in own if name in FILES_OF for file in files_of(PROJECT / FILES_OF[name])
    ]
    for path in (*map(source_of, own), *read):
        copy = folder / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(PROJECT / path, copy)
