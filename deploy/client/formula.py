"""`python -m deploy.client.formula`: the Homebrew formula, with the sources that `uv.lock` has for the client.

Without a release it installs the main branch (`brew install --HEAD`). `--sdist` gives a release's formula, for the tap.
"""

import argparse
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from packaging.requirements import Requirement

from deploy.packages.checksums import sha256_of
from deploy.packages.dependencies import PROJECT, export_client

FORMULA: Final = Path(__file__).with_name("sentinel-vending.rb")
_PYTHON: Final = "3.13"
# PyPI leads from here to the file, whose own address has its hash in it.
_SDISTS: Final = "https://files.pythonhosted.org/packages/source/s/sentinel-vending"


def render_formula(sdist: Path | None = None) -> str:
    """Write the formula; of a release, where its sdist is given."""
    described = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    homepage = described["urls"]["Homepage"]
    stable = [f'  url "{_SDISTS}/{sdist.name}"', f'  sha256 "{sha256_of(sdist)}"'] if sdist else []
    return "\n".join(
        [
            "# Written by `python -m deploy.client.formula`.",
            "class SentinelVending < Formula",
            "  include Language::Python::Virtualenv",
            "",
            '  desc "Client of Sentinel, which vends AWS credentials by policy"',
            f'  homepage "{homepage}"',
            *stable,
            f'  license "{described["license"]}"',
            f'  head "{homepage}.git", branch: "main"',
            "",
            '  depends_on "pkgconf" => :build',
            '  depends_on "rust" => :build # cryptography, orjson and pydantic-core',
            '  depends_on "openssl@3"',
            f'  depends_on "python@{_PYTHON}"',
            "",
            '  uses_from_macos "libffi"',
            "",
            *_resources(),
            "  def install",
            "    virtualenv_install_with_resources",
            "  end",
            "",
            "  test do",
            '    assert_match "Usage: sentinel", shell_output("#{bin}/sentinel --help")',
            "  end",
            "end",
            "",
        ]
    )


def _resources() -> Iterator[str]:
    """Write the source of every package the client requires, by the hash of the lock."""
    locked: dict[str, dict[str, Any]] = {
        each["name"]: each for each in tomllib.loads((PROJECT / "uv.lock").read_text(encoding="utf-8"))["package"]
    }
    pins = [line for line in export_client().splitlines() if not line.startswith(" ")]
    for name in filter(None, map(_needed, pins)):
        sdist = locked[name]["sdist"]
        yield f'  resource "{name}" do'
        yield f'    url "{sdist["url"]}"'
        yield f'    sha256 "{sdist["hash"].removeprefix("sha256:")}"'
        yield "  end"
        yield ""


def _needed(pin: str) -> str | None:
    """Name the package of a pin; None if no platform of Homebrew's needs it with the formula's Python."""
    requirement = Requirement(pin.rstrip("\\ "))
    python = {"python_version": _PYTHON, "python_full_version": f"{_PYTHON}.0"}
    marker = requirement.marker
    if marker and not any(marker.evaluate({**python, "sys_platform": each}) for each in ("darwin", "linux")):
        return None
    return requirement.name


def main() -> None:
    """Write the formula to its file, or that of a release to standard output."""
    parser = argparse.ArgumentParser(prog="python -m deploy.client.formula", description=__doc__)
    parser.add_argument("--sdist", type=Path, help="the sdist of a release, as it was uploaded")
    sdist: Path | None = parser.parse_args().sdist
    if sdist is None:
        FORMULA.write_text(render_formula(), encoding="utf-8")
    else:
        sys.stdout.write(render_formula(sdist))


if __name__ == "__main__":
    main()
