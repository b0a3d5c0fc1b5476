"""The STS endpoint of a region: the regional endpoint of the function's own partition, never another."""

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from shared.aws.client.library import find_partition


@dataclass(frozen=True, slots=True)
class StsEndpoint:
    """A regional endpoint; `host` is in the Host header of a request, and so in its signature."""

    url: str
    host: str


class StsEndpoints:
    """Endpoints of one partition. An emulator's URL, if there is one, replaces all of them."""

    def __init__(self, region: str, emulator: str | None = None, *, accepted: Collection[str] | None = None) -> None:
        """Use the partition of `region`, the function's own, and of it the `accepted` regions, or all.

        Raises:
            LookupError: no partition has such a region, or an accepted one is in another.

        """
        # Known regions only, so that a caller cannot make Sentinel resolve an arbitrary host.
        self._partition = find_partition(region)
        # The function's own may be newer than the known names.
        known = self._partition.regions | {region}
        if accepted is not None and (others := sorted(set(accepted) - known)):
            raise LookupError(f"{others[0]!r} is no region of the partition that {region} lies in")
        self._regions = known if accepted is None else known & set(accepted)
        self._emulator = emulator

    def find(self, region: str) -> StsEndpoint | None:
        """Give the endpoint of a region; None for one that is not accepted."""
        if region not in self._regions:
            return None
        if self._emulator is not None:
            return StsEndpoint(f"{self._emulator.rstrip('/')}/", urlsplit(self._emulator).netloc)
        host = f"sts.{region}.{self._partition.suffix}"
        return StsEndpoint(f"https://{host}/", host)
