"""The functions' zips: those of `make package`, or those of a release.

A release's are fetched when the app is synthesized, by the hashes that the modules have for it.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Self
from urllib.error import URLError
from urllib.request import urlopen

from pydantic import model_validator

from deploy.packages.checksums import parse_checksums, sha256_of
from deploy.policies.settings import Options
from deploy.release import RELEASES

RELEASE_URL: Final = "https://github.com/sentinel-vending/sentinel/releases/download"
_FETCHED: Final = Path("dist/releases")
_PATIENCE_S: Final = 60


class ReleaseError(Exception):
    """A file of the release could not be had; the message names its URL."""


class Packages(Options):
    """The three zips of `make package`."""

    vend: Path
    admin: Path
    authorizer: Path

    @model_validator(mode="after")
    def _exist(self) -> Self:
        if missing := [str(path) for path in (self.vend, self.admin, self.authorizer) if not path.is_file()]:
            raise ValueError(f"{', '.join(missing)} not found: build the zips with `make package`")
        return self

    def of(self, function: str) -> Path:
        """Return one function's zip."""
        found: Path = getattr(self, function)
        return found

    @classmethod
    def in_folder(cls, folder: Path, architecture: str) -> Self:
        """Find the zips that `make package` wrote, by their names."""
        return cls(**{name: folder / _file(name, architecture) for name in cls.model_fields})


def checksums_of(release: str, architecture: str, given: str | None) -> Mapping[str, str]:
    """Find the hashes of a release's zips: in a given SHA256SUMS, or else in that of this repository.

    Raises:
        ValueError: there is no such file, or it has no line for a zip.

    """
    file = RELEASES / f"{release}.sha256"
    if given is None and not file.is_file():
        raise ValueError(
            f"release: this repository has no checksums of {release}. Check out the tag v{release}, or pass the "
            "release's SHA256SUMS as release_checksums"
        )
    found = parse_checksums(file.read_text(encoding="utf-8") if given is None else given)
    names = [_file(function, architecture) for function in Packages.model_fields]
    if missing := [name for name in names if name not in found]:
        raise ValueError(f"release_checksums: no line for {missing[0]}")
    return {name: found[name] for name in names}


def fetch_packages(release: str, url: str, architecture: str, checksums: str | None) -> Packages:
    """Fetch a release's zips, each from below a URL. What is there already with its hash is kept.

    Raises:
        ReleaseError: a file cannot be fetched, or has another hash.

    """
    folder = _FETCHED / f"v{release}"
    folder.mkdir(parents=True, exist_ok=True)
    for name, sha256 in checksums_of(release, architecture, checksums).items():
        file = folder / name
        if not (file.is_file() and sha256_of(file) == sha256):
            file.write_bytes(_checked(f"{url}/v{release}/{name}", sha256))
    return Packages.in_folder(folder, architecture)


def _file(function: str, architecture: str) -> str:
    return f"sentinel-{function}-{architecture}.zip"


def _checked(url: str, sha256: str) -> bytes:
    try:
        with urlopen(url, timeout=_PATIENCE_S) as answer:  # noqa: S310 - the options allow https, http and file, and the hash decides
            content: bytes = answer.read()
    except (URLError, TimeoutError) as error:
        raise ReleaseError(f"{url} cannot be fetched: {error}") from None
    if (found := hashlib.sha256(content).hexdigest()) != sha256:
        raise ReleaseError(f"{url} has the SHA-256 {found}, not {sha256}: it is not the file of the release")
    return content
