"""Where STS answers for a region: its own partition's regional endpoint, and never another."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from botocore.loaders import Loader


@dataclass(frozen=True, slots=True)
class StsEndpoint:
    """A regional endpoint: `host` is what a request's Host header, and so its signature, names."""

    url: str
    host: str


class StsEndpoints:
    """The endpoints of one partition. An emulator's URL, where there is one, stands for all of them."""

    def __init__(self, region: str, emulator: str | None = None) -> None:
        """Take the partition that `region`, the function's own, lies in.

        Raises:
            LookupError: botocore knows no partition with such a region.

        """
        own = next((each for each in _load_partitions() if re.fullmatch(each["regionRegex"], region, re.ASCII)), None)
        if own is None:
            raise LookupError(f"{region!r} is in no partition that botocore knows")
        # A name that only looks like a region is none: nobody shall choose what host names are looked up.
        self._regions = frozenset(own["regions"]) | {region}
        self._suffix = own["outputs"]["dnsSuffix"]
        self._emulator = emulator

    def find(self, region: str) -> StsEndpoint | None:
        """Give the endpoint of a region; None for a region of another partition, or of none."""
        if region not in self._regions:
            return None
        if self._emulator is not None:
            return StsEndpoint(f"{self._emulator.rstrip('/')}/", urlsplit(self._emulator).netloc)
        host = f"sts.{region}.{self._suffix}"
        return StsEndpoint(f"https://{host}/", host)


def _load_partitions() -> list[dict[str, Any]]:
    # The same data botocore's own endpoints come from; a Lambda's zip keeps it for that reason.
    partitions: list[dict[str, Any]] = Loader().load_data("partitions")["partitions"]
    return partitions
