"""The zips of a release: fetched when the app is synthesized, by the hashes that the modules have for it."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final
from urllib.error import URLError
from urllib.request import urlopen

from deploy.packages.checksums import parse_checksums, sha256_of
from deploy.release import RELEASES

RELEASE_URL: Final = "https://github.com/sentinel-vending/sentinel/releases/download"
_PATIENCE_S: Final = 60


class ReleaseError(Exception):
    """A file of the release could not be had; the message names its URL."""


def checksums_of(release: str, names: Sequence[str], given: str | None) -> Mapping[str, str]:
    """Find the hashes of some files of a release: in a given SHA256SUMS, or else in that of this repository.

    Raises:
        ValueError: there is no such file, or it has no line for a name.

    """
    file = RELEASES / f"{release}.sha256"
    if given is None and not file.is_file():
        raise ValueError(
            f"release: this repository has no checksums of {release}. Check out the tag v{release}, or pass the "
            "release's SHA256SUMS as release_checksums"
        )
    found = parse_checksums(file.read_text(encoding="utf-8") if given is None else given)
    if missing := [name for name in names if name not in found]:
        raise ValueError(f"release_checksums: no line for {missing[0]}")
    return {name: found[name] for name in names}


def fetch(url: str, checksums: Mapping[str, str], folder: Path) -> None:
    """Fetch files into a folder, each from below a URL. What is there already with its hash is kept.

    Raises:
        ReleaseError: a file cannot be fetched, or has another hash.

    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, sha256 in checksums.items():
        file = folder / name
        if not (file.is_file() and sha256_of(file) == sha256):
            file.write_bytes(_checked(f"{url}/{name}", sha256))


def _checked(url: str, sha256: str) -> bytes:
    try:
        with urlopen(url, timeout=_PATIENCE_S) as answer:  # noqa: S310 - the options allow https, http and file, and the hash decides
            content: bytes = answer.read()
    except (URLError, TimeoutError) as error:
        raise ReleaseError(f"{url} cannot be fetched: {error}") from None
    if (found := hashlib.sha256(content).hexdigest()) != sha256:
        raise ReleaseError(f"{url} has the SHA-256 {found}, not {sha256}: it is not the file of the release")
    return content
