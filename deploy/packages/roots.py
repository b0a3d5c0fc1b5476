"""The root authorities of AWS's endpoints, out of the bundle that the locked botocore ships.

Reading a system's 140 costs a cold start more than everything of ours. Amazon Trust Services names the five that AWS's
endpoints chain to ("Amazon Trust Services Repository", "How to prepare for AWS's move to its own certificate
authority"). For AWS a function trusts them where `AWS_CA_BUNDLE` names the file, and the system's without it; webhooks
have the system's in either case.
"""

import re
from pathlib import Path
from typing import Final

import botocore

ROOTS: Final = "amazon-roots.pem"
BUNDLE: Final = Path(botocore.__file__).with_name("cacert.pem")
# Where a function finds the file: Lambda unpacks a zip here (Developer Guide, "Working with .zip file archives").
ROOTS_PATH: Final = f"/var/task/{ROOTS}"
# Where AWS's public endpoints chain to them. China's and the isolated partitions' may have other authorities.
PARTITIONS: Final = ("aws", "aws-eusc", "aws-us-gov")
LABELS: Final = (
    "Amazon Root CA 1",
    "Amazon Root CA 2",
    "Amazon Root CA 3",
    "Amazon Root CA 4",
    "Starfield Services Root Certificate Authority - G2",
)
_ENTRY: Final = re.compile(
    r'^# Label: "([^"\n]+)"\n(?:#[^\n]*\n)*(-----BEGIN CERTIFICATE-----\n.+?\n-----END CERTIFICATE-----\n)',
    re.MULTILINE | re.DOTALL,
)


class RootsError(ValueError):
    """The bundle does not hold a root; the message names it."""


def write_roots(stage: Path) -> None:
    """Write the roots into a folder.

    Raises:
        RootsError: one of them is not in the bundle.

    """
    (stage / ROOTS).write_text(select_roots(BUNDLE.read_text(encoding="utf-8")), encoding="utf-8")


def select_roots(bundle: str) -> str:
    """Take the roots out of a bundle, each under its name.

    Raises:
        RootsError: one of them is not there.

    """
    found = dict(_ENTRY.findall(bundle))
    if missing := [label for label in LABELS if label not in found]:
        raise RootsError(f"botocore's {BUNDLE.name} has no {missing[0]!r}: has AWS changed its authorities?")
    return "".join(f"# {label}\n{found[label]}" for label in LABELS)
