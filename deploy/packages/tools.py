"""What runs a zip, fetched once into `.tools/` by its hash: AWS's own emulator and runtime client."""

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from deploy.packages.dependencies import PROJECT, export_group, install
from deploy.packages.target import Target

_TOOLS: Final = PROJECT / ".tools"
_EMULATOR: Final = Path(__file__).with_name("emulator.txt")


def fetch_emulator(target: Target) -> Path:
    """Give the Runtime Interface Emulator's binary for the target's architecture."""

    def fill(folder: Path) -> None:
        install(_EMULATOR, target, folder / "wheel")
        shutil.move(folder / f"wheel/samcli/local/rapid/aws-lambda-rie-{target.arch}", folder / "aws-lambda-rie")
        (folder / "aws-lambda-rie").chmod(0o755)
        shutil.rmtree(folder / "wheel")

    return _keep(f"emulator-{target.arch}", _EMULATOR.read_bytes(), fill) / "aws-lambda-rie"


def fetch_runtime(target: Target) -> Path:
    """Give the folder of what Lambda's Python runtime brings: the runtime client and the snapshot hooks."""
    requirements = export_group("lambda-runtime")

    def fill(folder: Path) -> None:
        named = folder / "requirements.txt"
        named.write_text(requirements, encoding="utf-8")
        install(named, target, folder / "packages")

    name = f"runtime-{target.python}-{target.arch}"
    return _keep(name, requirements.encode(), fill) / "packages"


def _keep(name: str, inputs: bytes, fill: Callable[[Path], None]) -> Path:
    """Fill a folder once for its inputs. It appears completely or not at all, even with concurrent callers."""
    kept = _TOOLS / f"lambda-{name}-{hashlib.sha256(inputs).hexdigest()[:16]}"
    if not kept.exists():
        _TOOLS.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=_TOOLS, ignore_cleanup_errors=True) as work:
            filled = Path(work) / name
            filled.mkdir()
            fill(filled)
            # Another process may have been faster: then its folder is used.
            with suppress(OSError):
                filled.rename(kept)
    return kept
