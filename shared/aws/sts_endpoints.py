"""Where STS answers for a region: its own partition's regional endpoint, and never another."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from urllib.parse import urlsplit

from botocore.loaders import Loader

_SERVICE: Final = "sts"


@dataclass(frozen=True, slots=True)
class StsEndpoint:
    """A regional endpoint: `host` is what a request's Host header, and so its signature, names."""

    url: str
    host: str


@dataclass(frozen=True, slots=True)
class StsEndpoints:
    """The endpoints of the partition that `region` lies in. `override` is an emulator's URL for all of them."""

    region: str
    override: str | None = None

    def find(self, region: str) -> StsEndpoint | None:
        """Give the endpoint of a region; None for a region of another partition, or of none."""
        own = _partition(self.region)
        if own is None or _partition(region) != own:
            return None
        if self.override is not None:
            return StsEndpoint(f"{self.override.rstrip('/')}/", urlsplit(self.override).netloc)
        host = f"{_SERVICE}.{region}.{_partitions()[own]['outputs']['dnsSuffix']}"
        return StsEndpoint(f"https://{host}/", host)


@cache
def _partitions() -> dict[str, dict[str, Any]]:
    # The same data botocore's own endpoints come from; a Lambda's zip keeps it for that reason.
    return {partition["id"]: partition for partition in Loader().load_data("partitions")["partitions"]}


def _partition(region: str) -> str | None:
    matching = (name for name, found in _partitions().items() if re.fullmatch(found["regionRegex"], region, re.ASCII))
    return next(matching, None)
