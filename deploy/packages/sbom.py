"""A zip's bill of materials, in CycloneDX 1.6: every distribution in it, by the hash of the wheel it came from."""

import tomllib
from functools import cache
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.utils import canonicalize_name, parse_wheel_filename

from deploy.packages.build import Package
from deploy.packages.dependencies import PROJECT
from deploy.packages.distributions import Distribution

_INDENT: Final = 2


def render_sbom(package: Package) -> str:
    """Write the bill of a zip. It has no time and no chance in it: the same zip has the same bill.

    Raises:
        LookupError: the lock file has no such wheel as one that was installed.

    """
    whole = Component(
        name=package.name,
        version=_locked("sentinel-vending")["version"],
        type=ComponentType.APPLICATION,
        bom_ref=package.name,
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=package.sha256)],
    )
    parts = [_component(each) for each in package.distributions]
    bom = Bom(
        components=parts,
        metadata=BomMetaData(component=whole),
        serial_number=uuid5(NAMESPACE_URL, f"sha256:{package.sha256}"),
    )
    bom.register_dependency(whole, parts)
    # The instant of writing says nothing about the zip, and would make every bill another.
    bom.metadata.timestamp = None  # type: ignore[assignment]  # optional in the schema
    return JsonV1Dot6(bom).output_as_string(indent=_INDENT) + "\n"


def _component(distribution: Distribution) -> Component:
    purl = PackageURL("pypi", name=distribution.name.lower(), version=distribution.version)
    return Component(
        name=distribution.name,
        version=distribution.version,
        type=ComponentType.LIBRARY,
        bom_ref=str(purl),
        purl=purl,
        licenses=[LicenseFactory().make_from_string(distribution.licence)] if distribution.licence else [],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=find_wheel_hash(distribution))],
    )


def find_wheel_hash(distribution: Distribution) -> str:
    """Find which of a distribution's locked wheels it was installed from; gives its SHA-256.

    Raises:
        LookupError: none has its tags.

    """
    for wheel in _locked(distribution.name).get("wheels", ()):
        _, version, _, tags = parse_wheel_filename(wheel["url"].rpartition("/")[2])
        if str(version) == distribution.version and {str(tag) for tag in tags} == distribution.tags:
            sha256: str = wheel["hash"].removeprefix("sha256:")
            return sha256
    raise LookupError(f"uv.lock has no wheel of {distribution.name} with the tags {sorted(distribution.tags)}")


def _locked(name: str) -> dict[str, Any]:
    return next(each for each in _lock()["package"] if each["name"] == canonicalize_name(name))


@cache
def _lock() -> dict[str, Any]:
    return tomllib.loads((PROJECT / "uv.lock").read_text(encoding="utf-8"))
