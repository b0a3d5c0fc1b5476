"""Run with a zip's folder and a handler: imports every module the zip holds, wires the handler, prints what failed.

PyCryptodome's compiled parts are no modules: it loads them by ctypes, and so does this.

The interpreter is started with `-I -S`: the standard library and the folder are all there is.
"""

import ctypes
import importlib
import json
import sys
from pathlib import Path


def module_names(folder: Path) -> list[str]:
    names = []
    for file in sorted([*folder.rglob("*.py"), *folder.rglob("*.so")]):
        *packages, last = file.relative_to(folder).parts
        name = last.partition(".")[0]
        names.append(".".join(packages if name == "__init__" else [*packages, name]))
    return names


def load(folder: Path, name: str) -> None:
    library = folder.joinpath(*name.split(".")).with_suffix(".abi3.so")
    if name.startswith("Cryptodome.") and library.exists():
        ctypes.CDLL(str(library))
    else:
        importlib.import_module(name)


def main() -> None:
    folder, handler = Path(sys.argv[1]), sys.argv[2]
    sys.path.insert(0, str(folder))
    failed = {}
    names = module_names(folder)
    for name in names:
        try:
            load(folder, name)
        except BaseException as error:  # noqa: BLE001 - any reason that a module does not import is looked for
            failed[name] = repr(error)
    module, _, attribute = handler.rpartition(".")
    getattr(sys.modules[module], attribute).close()
    sys.stdout.write(json.dumps({"imported": len(names), "failed": failed}))


if __name__ == "__main__":
    main()
