"""The authorities of AWS's endpoints, out of the whole bundle."""

import ssl

import pytest

from deploy.packages import roots
from deploy.packages.roots import LABELS, RootsError, select_roots

BUNDLE = roots.BUNDLE.read_text(encoding="utf-8")


def test_the_roots_of_awss_endpoints_are_taken_and_no_others() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=select_roots(BUNDLE))
    names = {part[0][1] for each in context.get_ca_certs() for part in each["subject"] if part[0][0] == "commonName"}
    assert names == set(LABELS)


def test_a_bundle_without_one_of_them_is_refused_by_its_name() -> None:
    with pytest.raises(RootsError, match="Amazon Root CA 3"):
        select_roots(BUNDLE.replace('"Amazon Root CA 3"', '"Another"'))
