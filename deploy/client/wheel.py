"""The wheel of the client: the package `sentinel`, with what it imports of `shared` below it as `sentinel._shared`.

The build backend runs this file alone, without the project on its path (docs/decisions/0049). The imports of the copies
name the new place; nothing else of them changes. An editable install gets the folders themselves.
"""

import ast
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_FROM: Final = "shared"
_TO: Final = "sentinel._shared"
_LEFT: Final = re.compile(rf"{_FROM}(\.\w+)*")


class ClientWheel(BuildHookInterface[Any]):
    """Adds the rewritten files to the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        root = Path(self.root)
        self._staged = tempfile.TemporaryDirectory(prefix="sentinel-wheel-")
        for place, text in wheel_files(root).items():
            file = Path(self._staged.name, place)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")  # the same bytes on every system
            build_data["force_include"][str(file)] = place

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002 - the hook's signature
        if version != "editable":
            self._staged.cleanup()


def wheel_files(root: Path) -> dict[str, str]:
    """Give every file of the wheel by its path there.

    Raises:
        ValueError: a file names `shared` in a way that is not rewritten.

    """
    client = root / "client"
    own = {
        file.relative_to(client).as_posix(): file.read_text(encoding="utf-8")
        for file in sorted((client / "sentinel").rglob("*"))
        if file.suffix == ".py" or file.name == "py.typed"
    }
    texts = dict(own)
    wanted = [module for text in own.values() for module in _imported(root, text)]
    while wanted:
        file = _file_of(root, wanted.pop())
        place = f"{_TO.replace('.', '/')}/{file.relative_to(root / _FROM).as_posix()}"
        if place not in texts:
            texts[place] = file.read_text(encoding="utf-8")
            wanted += _imported(root, texts[place])
    for module in [each for each in texts if each.startswith(f"{_TO.replace('.', '/')}/")]:
        texts |= _files_next_to(root, module)
    return {place: _rewritten(place, text) if place.endswith(".py") else text for place, text in texts.items()}


def _files_next_to(root: Path, module: str) -> dict[str, str]:
    """Give the data files of a module's package, which are in its folder `static`."""
    package = Path(module).parent
    static = root / _FROM / package.relative_to(_TO.replace(".", "/")) / "static"
    files = sorted(static.iterdir()) if static.is_dir() else []
    return {(package / "static" / each.name).as_posix(): each.read_text(encoding="utf-8") for each in files}


def _imports(text: str) -> Iterator[ast.ImportFrom]:
    """Find the imports from `shared`."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == _FROM:
            yield node


def _imported(root: Path, text: str) -> Iterator[str]:
    """Name the modules a text imports, and their packages, which Python imports before them."""
    for node in _imports(text):
        module = node.module or ""
        names = [module, *(f"{module}.{name.name}" for name in node.names)]
        for name in names:
            parts = name.split(".")
            yield from (
                ".".join(parts[:length]) for length in range(1, len(parts) + 1) if _is_module(root, parts[:length])
            )


def _is_module(root: Path, parts: list[str]) -> bool:
    path = root.joinpath(*parts)
    return path.is_dir() or path.with_suffix(".py").is_file()


def _file_of(root: Path, module: str) -> Path:
    path = root.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _rewritten(place: str, text: str) -> str:
    lines = text.splitlines(keepends=True)
    for node in _imports(text):
        before, statement = lines[node.lineno - 1][: node.col_offset], lines[node.lineno - 1][node.col_offset :]
        lines[node.lineno - 1] = before + statement.replace(f"from {_FROM}", f"from {_TO}", 1)
    done = "".join(lines)
    if left := [name for node in ast.walk(ast.parse(done)) for name in _names(node) if _LEFT.fullmatch(name)]:
        raise ValueError(f"{place} names {left[0]} other than in `from {_FROM}… import`")
    return done


def _names(node: ast.AST) -> list[str]:
    """Name the modules a node may load: imported ones, and those in a string."""
    match node:
        case ast.Import(names=names):
            return [name.name for name in names]
        case ast.ImportFrom(module=str(module), level=0):
            return [module]
        case ast.Constant(value=str(text)) if "." in text:
            return [text]
    return []
